import { expect, test } from 'vitest'
import { z } from 'zod'
import { definePolicy, readPolicy, readSetFields, savePolicy } from '../platform/policy/index.ts'
import { applyFile, mistakesIn, newConfigurationFile, newDeployment } from '../testing/configuration.ts'
import { courtesy, courtesySection } from '../testing/made-up-sections.ts'

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
