import { expect, test } from 'vitest'
import { connectionFindings } from '../../connections/index.ts'
import { gatewayFindings } from '../../messages/index.ts'
import { type FindingDefinition, finding, sayFinding } from '../../platform/finding.ts'
import * as deploymentFindings from './deployment-findings.ts'
import { sendingFindings } from './sending-findings.ts'

const tables: readonly Readonly<Record<string, FindingDefinition>>[] = [
  connectionFindings,
  gatewayFindings,
  sendingFindings,
  ...Object.values(deploymentFindings),
]
const all = tables.flatMap((table) => Object.values(table))

/** The places of a sentence, and what it names in the reader's terminal, which no translation changes. */
function placesIn(text: string): string[] {
  return [...new Set(text.match(/\{\d\}/g))].toSorted()
}

test('every finding has a code of its own', () => {
  expect(all.length).toBeGreaterThan(60)
  expect(new Set(all.map(({ code }) => code)).size).toBe(all.length)
  for (const { code } of all) expect(code).toMatch(/^[a-z_]+\.[a-z\d_]+$/)
})

test.each(all.map((one) => [one.code, one] as const))('%s says the same in both languages', (_, one) => {
  const [en, zh] = (['en', 'zh'] as const).map((language) =>
    sayFinding(finding(one, '{0}', '{1}', '{2}'), language),
  )
  expect(zh?.says).toMatch(/\p{Script=Han}/u)
  expect(en?.says).not.toMatch(/\p{Script=Han}/u)
  expect(placesIn(en?.says ?? '')).toEqual(placesIn(zh?.says ?? ''))
  expect(placesIn(en?.todo ?? '').every((place) => placesIn(en?.says ?? '').includes(place))).toBe(true)
  expect(placesIn(en?.todo ?? '')).toEqual(placesIn(zh?.todo ?? ''))
  expect(`${zh?.says}${zh?.todo ?? ''}`).not.toMatch(/\p{Script=Han}[,:;(]|[,;)]\p{Script=Han}/u)
  expect([en?.todo === undefined, zh?.todo === undefined]).toEqual([one.result === 'ok', one.result === 'ok'])
})
