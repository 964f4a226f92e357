import { expect, test } from 'vitest'
import { z } from 'zod'
import { definePolicy, readPolicy, readSetFields, savePolicy } from '../platform/policy/index.ts'
import { secretField } from '../platform/secret-field.ts'
import { duration } from '../platform/text-forms/duration.ts'
import { limit } from '../platform/text-forms/limit.ts'
import {
  applyFile,
  mistakesIn,
  newConfigurationFile,
  newDeployment,
  testVariables,
} from '../testing/configuration.ts'
import { describeSections } from './describe-sections.ts'
import { configurationJsonSchema } from './json-schema.ts'
import { defineObjects, sectionOfPolicy } from './section.ts'

/** As another room would describe what it can be configured to be: several kinds, each with secrets of its own. */
const carrier = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('bridge'),
    url: z.url({ protocol: /^https$/ }).describe('Where it answers.'),
    secret: secretField('What requests are signed with.'),
  }),
  z
    .object({
      kind: z.literal('post'),
      host: z.string().min(3),
      port: z.int().min(1).max(65_535).default(587),
      login: z.object({ user: z.string(), password: secretField('Its password.') }).optional(),
      templates: z.record(z.string(), z.string()).default({}),
      plain: z.boolean().optional(),
    })
    .refine(({ port, plain }) => port !== 25 || plain === true, {
      path: ['port'],
      error: 'must not be 25 unless plain is true',
    }),
])

type Carrier = z.output<typeof carrier>

/** A section that keeps its objects here, in the order that it is told. */
function carriersSection() {
  const kept = new Map<string, { readonly rank: number; readonly fields: Carrier }>()
  const section = defineObjects({
    name: 'carriers',
    noun: 'carrier',
    meaning: 'What carries things.',
    names: z.string(),
    schema: carrier,
    isOrdered: true,
    async list() {
      const inOrder = [...kept].toSorted(([, one], [, other]) => one.rank - other.rank)
      return new Map(inOrder.map(([name, { fields }]) => [name, fields]))
    },
    async save(_store, name, fields, { rank }) {
      kept.set(name, { fields, rank })
      return {}
    },
    async remove(_store, name) {
      kept.delete(name)
      return {}
    },
  })
  return { kept, section }
}

const courtesy = definePolicy(
  'courtesy',
  z.object({
    area_codes: z
      .array(z.string().regex(/^[1-9]\d{0,2}$/, { error: 'must be an area code, such as "86"' }))
      .default(['86']),
    patience: duration
      .refine((durationMs) => durationMs <= 3_600_000, { error: 'must be 1 hour or less' })
      .describe('How long it waits.')
      .default(60_000),
    per_guest: z
      .array(limit)
      .min(1)
      .describe('How often a guest is served.')
      .default([{ max: 5, perMs: 3_600_000 }]),
    greeting: z.string().nullable().describe('What is said.').default(null),
  }),
)

const courtesySection = sectionOfPolicy(courtesy, 'How guests are treated.')

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

test('the fields of a policy are set one by one, and --prune takes back those that the file leaves out', async (t) => {
  const deployment = await newDeployment(t)
  const file = newConfigurationFile(t)
  const apply = (text: string, isPruning = false) => {
    file.write(text)
    return applyFile(deployment, file, { sections: [courtesySection], isPruning })
  }

  expect(await apply('courtesy:\n')).toEqual([])
  expect(
    await apply(
      'courtesy:\n  area_codes: ["86", "852"]\n  per_guest: [10 per 24h, 1 per minute]\n  patience: 60 s\n',
    ),
  ).toEqual([
    '~ courtesy area_codes: the default -> ["86","852"]',
    '~ courtesy per_guest: the default -> ["10 per day","1 per minute"]',
    '~ courtesy patience: the default -> 1 minute',
  ])
  expect(await readPolicy(deployment.db, courtesy)).toEqual({
    area_codes: ['86', '852'],
    patience: 60_000,
    per_guest: [
      { max: 10, perMs: 86_400_000 },
      { max: 1, perMs: 60_000 },
    ],
    greeting: null,
  })
  expect(await apply('courtesy:\n  patience: 1 min\n  per_guest: ["10 per day", "1 per 60 s"]\n')).toEqual([])
  expect(await apply('courtesy:\n  greeting: Hello\n')).toEqual(['~ courtesy greeting: the default -> Hello'])

  expect(await apply('courtesy:\n  patience: 2 minutes\n', true)).toEqual([
    '~ courtesy area_codes: ["86","852"] -> the default',
    '~ courtesy per_guest: ["10 per day","1 per minute"] -> the default',
    '~ courtesy patience: 1 minute -> 2 minutes',
    '~ courtesy greeting: Hello -> the default',
  ])
  expect(await readSetFields(deployment.db, courtesy)).toEqual({ patience: '2 minutes' })
  expect(await apply('', true)).toEqual([])
})

test('the mistakes of a policy are told with their lines', async (t) => {
  const file = newConfigurationFile(
    t,
    'courtesy:\n  area_codes: [86, "0"]\n  patience: 2h\n  per_guest: [10 a day]\n  greetings: x\n',
  )

  expect(await mistakesIn(file, { sections: [courtesySection] })).toEqual([
    '2:16: area_codes must be text; in quotes it is: "86"',
    '2:20: area_codes must be an area code, such as "86"',
    '3:13: patience must be 1 hour or less',
    '4:15: per_guest must be a number and a time of at most 31 days, such as "10 per 24h" or "1 per minute"',
    '5:3: "greetings" is not a key of courtesy; did you mean "greeting"?',
  ])
  file.write('courtesy:\n  per_guest: []\n')
  expect(await mistakesIn(file, { sections: [courtesySection] })).toEqual([
    '2:14: per_guest must be a list of 1 entries or more',
  ])
})

test('what an earlier version stored and this one would refuse can be set right', async (t) => {
  const deployment = await newDeployment(t)
  const earlier = definePolicy('courtesy', z.object({ patience: z.string() }))
  await savePolicy(deployment.db, earlier, { patience: '3 hours' })
  const file = newConfigurationFile(t, 'courtesy:\n  patience: 5 minutes\n')

  expect(await applyFile(deployment, file, { sections: [courtesySection] })).toEqual([
    '~ courtesy patience: 3 hours -> 5 minutes',
  ])
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
