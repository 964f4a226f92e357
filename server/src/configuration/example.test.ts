import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { applyFile, mistakesIn, newConfigurationFile, newDeployment } from '../testing/configuration.ts'

const docs = join(import.meta.dirname, '../../../docs')
const example = readFileSync(join(docs, 'ligature.example.yaml'), 'utf8')
const lines = example.split('\n')

const variables = {
  SHOP_WECHAT_SECRET: 'secret-of-the-shop',
  SMS_BRIDGE_SECRET: `whsec_${Buffer.alloc(32, 5).toString('base64')}`,
  SMTP_PASSWORD: 'password-of-the-mailbox',
  REVIEW_CODE: '135790',
}

interface Broken {
  /** From 1. */
  readonly number: number
  readonly how: string
  readonly line: string
}

/** Every line that says something, broken in each way that it can be. */
const broken: readonly Broken[] = lines.flatMap((line, index) => {
  const number = index + 1
  const [, indent = '', key, rest = ''] =
    /^( *(?:- (?=\w+:(?: |$)))?)(- |[^#:]+:(?= |$))(.*)$/.exec(line) ?? []
  if (key === undefined || line.trimStart().startsWith('#')) return []
  const isName = indent === '  ' && key !== '- '
  const value = rest.trim()
  return [
    ...(key === '- '
      ? []
      : [{ number, how: 'its key misspelt', line: `${indent}${misspelt(key, isName)}${rest}` }]),
    ...(value === ''
      ? []
      : [{ number, how: 'a list for its value', line: `${indent}${key === '- ' ? '-' : key} [5]` }]),
    ...(value === ''
      ? []
      : [{ number, how: 'a group for its value', line: `${indent}${key === '- ' ? '-' : key} { x: 5 }` }]),
    ...(value === '' || key === '- ' ? [] : [{ number, how: 'no value', line: `${indent}${key}` }]),
  ]
})

/** A name is free, but not every name is one. */
function misspelt(key: string, isName: boolean): string {
  return isName ? `"${'x'.repeat(65)}":` : `${key.slice(0, -1)}x:`
}

/** Where leaving the value out says something. */
const MAY_BE_EMPTY = ['open_platform', 'trusted_device']

test('the example applies as it is, and again', async (t) => {
  const deployment = await newDeployment(t)
  const file = newConfigurationFile(t, example)

  const applied = await applyFile(deployment, file, { variables })
  expect(applied.filter((line) => line.startsWith('+'))).toEqual([
    '+ application d7f1c2a94be0436f8a51e3907bc6d284',
    '+ connection shop mini program',
    '+ gateway bridge',
    '+ gateway mail',
    '+ custom attribute city',
    '+ custom attribute member_level',
    '+ test address re***@example.com',
  ])
  expect(applied).toContain('~ sending spend_per_day: the default -> 500 CNY')
  expect(await applyFile(deployment, file, { variables })).toEqual([])
})

test('the example shows every key of every section, and of each kind that it has', () => {
  const reference = readFileSync(join(docs, 'reference/configuration.md'), 'utf8')
  const keys = reference.split(/^(?=##)/m).flatMap((part) => {
    const kind = /^### (\S+)/.exec(part)?.[1]
    if (kind !== undefined && !example.includes(`kind: ${kind}\n`)) return []
    return [...part.matchAll(/^\| `([\w.]+)` \|/gm)].flatMap(([, name = '']) => name.split('.'))
  })

  expect(new Set(keys).size).toBeGreaterThan(40)
  for (const key of keys) expect(example).toMatch(new RegExp(`^ +(?:# )?${key}:`, 'm'))
})

test('every line of the example, broken in any way, is refused with its number', async (t) => {
  const file = newConfigurationFile(t)
  const wrong: string[] = []
  for (const { number, how, line } of broken) {
    if (how === 'no value' && MAY_BE_EMPTY.some((key) => line.includes(key))) continue
    file.write(lines.with(number - 1, line).join('\n'))
    const told = await mistakesIn(file, { variables }).catch((error: unknown) => [String(error)])
    if (!told.some((mistake) => mistake.startsWith(`${number}:`)))
      wrong.push(`${number}, ${how}: ${told.join(' | ')}`)
    if (told.some((mistake) => /undefined|expected|invalid/i.test(mistake)))
      wrong.push(`jargon: ${told.join(' | ')}`)
  }

  expect(broken.length).toBeGreaterThan(60)
  expect(wrong).toEqual([])
})

test('the example fits the JSON Schema, and what is broken in it does not', () => {
  // What the generator wrote; zod reads it as any validator would.
  const schema = z.fromJSONSchema(
    JSON.parse(
      readFileSync(join(docs, 'reference/ligature.schema.json'), 'utf8'),
    ) as z.core.JSONSchema.JSONSchema,
  )
  const fits = (text: string) => schema.safeParse(parse(text)).success

  expect(fits(example)).toBe(true)
  const accepted = broken.filter(({ number, line, how }) => {
    if (how === 'no value' && MAY_BE_EMPTY.some((key) => line.includes(key))) return false
    return fits(lines.with(number - 1, line).join('\n'))
  })
  // What a name must be, and whether something is there, an editor does not check for addresses.
  expect(
    accepted
      .filter(({ line }) => !line.includes('x'.repeat(65)))
      .map(({ number, how }) => `${number}, ${how}`),
  ).toEqual([])
  expect(fits(example.replace('${SHOP_WECHAT_SECRET}', 'in-clear'))).toBe(false)
  expect(fits(example.replace('${SHOP_WECHAT_SECRET}', '{ file: a }'))).toBe(true)
  expect(fits(example.replace('lifetime: 5 days', 'lifetime: ${LIFETIME}'))).toBe(true)
})

test('the example tells editors where its schema is', () => {
  const path = /^# yaml-language-server: \$schema=(\S+)\n/.exec(example)?.[1] ?? ''

  expect(JSON.parse(readFileSync(join(docs, path), 'utf8'))).toHaveProperty('title', 'Ligature configuration')
})
