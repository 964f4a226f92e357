import { expect, test } from 'vitest'
import { z } from 'zod'
import {
  applyFile,
  mistakesIn,
  newConfigurationFile,
  newDeployment,
  testVariables,
} from '../testing/configuration.ts'
import { carriersSection, courtesySection } from '../testing/made-up-sections.ts'
import { describeSections } from './describe-sections.ts'
import { configurationJsonSchema } from './json-schema.ts'

const twoCarriers = `
carriers:
  first:
    kind: bridge
    url: https://bridge.example.com/\${REGION}
    secret: \${SHOP_SECRET}
  second:
    kind: post
    host: post.example.com
    login:
      user: li
      password: { file: password }
`

test('what an object may hold depends on its kind: keys, values and secrets', async (t) => {
  const { section } = carriersSection()
  const file = newConfigurationFile(
    t,
    `
carriers:
  a:
    kind: bridge
    host: x
    secret: in-clear
    url: http://bridge.example.com
  b:
    kind: post
    host: ab
    port: 70000
    secret: x
    login: { user: li, password: in-clear, secret: x }
    templates: { bind: 5 }
  c:
    kind: pigeon
    url: 5
  d:
    kind: post
    host: abc
    port: 25
    plian: true
`,
  )

  expect(await mistakesIn(file, { sections: [section] })).toEqual([
    '5:5: "host" is not a key of carrier a',
    expect.stringMatching(/^6:13: secret is a secret and must not stand in the file: write \$\{VARIABLE\}/),
    '7:10: url must be a URL of the scheme https',
    '10:11: host must be text of 3 characters or more',
    '11:11: port must be 65535 or fewer',
    '12:5: "secret" is not a key of carrier b',
    expect.stringMatching(/^13:34: password is a secret and must not stand in the file/),
    '13:44: "secret" is not a key of login',
    '14:24: bind must be text; in quotes it is: "5"',
    '16:11: kind must be "bridge" or "post"',
    '21:11: port must not be 25 unless plain is true',
    '22:5: "plian" is not a key of carrier d; did you mean "plain"?',
  ])
})

test('an object can become one of another kind, and then keeps nothing of what it was', async (t) => {
  const deployment = await newDeployment(t)
  const { kept, section } = carriersSection()
  const file = newConfigurationFile(t, twoCarriers)
  file.writeBeside('password', 'pass-in-a-file\n')
  const apply = () => applyFile(deployment, file, { sections: [section] })

  expect(await apply()).toEqual(['+ carrier first', '+ carrier second'])
  expect(await apply()).toEqual([])
  expect(kept.get('first')?.fields).toEqual({
    kind: 'bridge',
    url: 'https://bridge.example.com/eu',
    secret: testVariables['SHOP_SECRET'],
  })
  expect(kept.get('second')?.fields).toMatchObject({ port: 587, login: { password: 'pass-in-a-file' } })

  file.write('carriers:\n  first:\n    kind: post\n    host: other.example.com\n')
  expect(await apply()).toEqual([
    '~ carrier first kind: bridge -> post',
    '~ carrier first url: https://bridge.example.com/eu -> none',
    '~ carrier first secret: changed',
    '~ carrier first host: none -> other.example.com',
  ])
  expect(kept.get('first')?.fields).toEqual({
    kind: 'post',
    host: 'other.example.com',
    port: 587,
    templates: {},
  })
})

test('fields inside a group are owned one by one; a map of names is owned as a whole', async (t) => {
  const deployment = await newDeployment(t)
  const { kept, section } = carriersSection()
  const file = newConfigurationFile(
    t,
    twoCarriers.replace('login:', 'templates: { bind: T1, register: T2 }\n    login:'),
  )
  file.writeBeside('password', 'pass-in-a-file')
  const apply = () => applyFile(deployment, file, { sections: [section] })
  await apply()

  file.write('carriers:\n  second:\n    kind: post\n    login: { user: wang }\n    templates: { bind: T3 }\n')
  const lines = await apply()

  expect(lines).toContain('~ carrier second login.user: li -> wang')
  expect(lines).toContain('~ carrier second templates: {"bind":"T1","register":"T2"} -> {"bind":"T3"}')
  expect(kept.get('second')?.fields).toMatchObject({
    login: { user: 'wang', password: 'pass-in-a-file' },
    templates: { bind: 'T3' },
  })
})

test('where the order means something, it is that of the file, and after it come the others', async (t) => {
  const deployment = await newDeployment(t)
  const { section } = carriersSection()
  const file = newConfigurationFile(t, twoCarriers)
  file.writeBeside('password', 'pass-in-a-file')
  const apply = () => applyFile(deployment, file, { sections: [section] })
  const order = async () => [
    ...(await section.list({ tx: {} as never, vault: deployment.vault, now: 0 }, [])).keys(),
  ]
  await apply()

  file.write('carriers:\n  third:\n    kind: post\n    host: third.example.com\n  second:\n    kind: post\n')
  expect(await apply()).toEqual(['+ carrier third', '~ carrier first place: 1 -> 3'])
  expect(await order()).toEqual(['third', 'second', 'first'])
  expect(await apply()).toEqual([])
})

test('a new section is in the reference and in the JSON Schema by being on the list', () => {
  const sections = [carriersSection().section, courtesySection]

  const [carriers, policy] = describeSections(sections)
  expect(carriers?.kinds.map(({ name }) => name)).toEqual(['bridge', 'post'])
  expect(carriers?.kinds[1]?.fields).toContainEqual({
    name: 'port',
    takes: 'a whole number',
    default: '587',
    meaning: '',
  })
  expect(policy?.kinds[0]?.fields).toContainEqual({
    name: 'per_guest',
    takes: 'a list, each entry a limit such as "10 per 24h"',
    default: '["5 per hour"]',
    meaning: 'How often a guest is served.',
  })

  const schema = z.fromJSONSchema(configurationJsonSchema(sections))
  const fits = (value: unknown) => schema.safeParse(value).success
  expect(fits({ carriers: { a: { kind: 'bridge', secret: '${X}' } }, courtesy: { patience: '5 s' } })).toBe(
    true,
  )
  expect(
    fits({ carriers: { a: { kind: 'post', port: 25, templates: { bind: 'x' } } }, courtesy: null }),
  ).toBe(true)
  for (const wrong of [
    { carriers: { a: { kind: 'bridge', secret: 'in clear' } } },
    { carriers: { a: { kind: 'bridge', port: 5 } } },
    { carriers: { a: { kind: 'pigeon' } } },
    { carriers: { a: {} } },
    { courtesy: { patience: 5 } },
    { courtesy: { per_guest: 'often' } },
    { courtesies: {} },
  ]) {
    expect(fits(wrong)).toBe(false)
  }
})
