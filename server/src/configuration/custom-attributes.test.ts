import { expect, test } from 'vitest'
import { applyFile, mistakesIn, newConfigurationFile, newDeployment } from '../testing/configuration.ts'
import { readAttributeRules } from '../users/index.ts'

const TWO = `custom_attributes:
  age:
    type: number
  city:
    type: text
    pattern: Wuhan|Beijing
`

test('a file that names some attributes leaves the others, and removes them only with --prune', async (t) => {
  const deployment = await newDeployment(t)
  const file = newConfigurationFile(t, TWO)
  await applyFile(deployment, file)
  expect(await applyFile(deployment, file)).toEqual([])

  file.write('custom_attributes:\n  age:\n    required: true\n')
  expect(await applyFile(deployment, file)).toEqual(['~ custom attribute age required: false -> true'])
  const { custom } = await readAttributeRules(deployment.db)
  expect(custom).toMatchObject({
    age: { type: 'number', required: true },
    city: { type: 'text', pattern: 'Wuhan|Beijing' },
  })

  expect(await applyFile(deployment, file, { isPruning: true })).toEqual(['- custom attribute city'])
  expect(Object.keys((await readAttributeRules(deployment.db)).custom)).toEqual(['age'])
})

test.for([
  ['user_attributes:\n  name:\n    pattern: (a+)\\1\n', '3:14: pattern is not understood'],
  ['user_attributes:\n  name:\n    pattern: "[a"\n', '3:14: pattern is not understood'],
  ['user_attributes:\n  nickname: {}\n', '2:3: "nickname" is not'],
  ['custom_attributes:\n  1age:\n    type: text\n', '2:3: '],
  ['custom_attributes:\n  age:\n    type: integer\n', '3:11: '],
  ['custom_attributes:\n  age:\n    type: number\n    pattern: "1"\n', '4:14: pattern is for a text'],
  [
    'custom_attributes:\n  age:\n    type: text\n    required: true\n    editable: false\n',
    '4:15: required must not be true',
  ],
  ['custom_attributes:\n  age:\n    type: text\n    max_length: 1025\n', '4:17: '],
])('%j is a mistake, told with its place', async ([text, says], t) => {
  const mistakes = await mistakesIn(newConfigurationFile(t, text))

  expect(mistakes).toHaveLength(1)
  expect(mistakes[0]).toContain(says)
})
