import { BlockList, isIP } from 'node:net'
import { z } from 'zod'
import { accessRule } from '../applications/index.ts'
import { definePolicy } from '../platform/policy/index.ts'
import { duration } from '../platform/text-forms/duration.ts'

const DAY_MS = 24 * 60 * 60 * 1000

const NOT_A_RANGE = 'must be a range of addresses such as 203.0.113.0/24 or 2001:db8::/32'

const range = z
  .string({ error: NOT_A_RANGE })
  .refine((text) => parseRange(text) !== undefined, { error: NOT_A_RANGE })
  .meta({ title: 'a range of addresses' })

const country = z.object({
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, { error: 'must be a country by its two capital letters, such as CN' })
    .describe('Its two letters.'),
  ranges: z.array(range).describe('All its ranges of addresses.'),
})

/** Who may come in how, at every application of this deployment. */
export const accessPolicy = definePolicy(
  'access',
  z.object({
    rules: z
      .array(accessRule)
      .max(50)
      .describe(
        'The first rule that counts decides; the rules of an application come after these. Where none counts, whoever has enrolled a second factor shows it on a device that he has not said he trusts, and everybody else comes in.',
      )
      .default([]),
    trusted_device: duration
      .nullable()
      .describe('How long a device counts as known whose user says so; none: nobody is asked.')
      .default(30 * DAY_MS),
    countries: z
      .array(country)
      .max(300)
      .describe('The addresses of each country, for the condition `new_country`.')
      .default([]),
  }),
)

export type AccessPolicy = z.output<typeof accessPolicy.schema>

/** @returns the country that has this address; empty when no list has it */
export function countryOf(countries: AccessPolicy['countries'], ip: string): string {
  const family = isIP(ip) === 6 ? 'ipv6' : 'ipv4'
  return countries.find(({ ranges }) => listOf(ranges).check(ip, family))?.country ?? ''
}

/** The policy is read anew for each sign-in, and long lists take long to build. */
const lists = new Map<string, BlockList>()
const MOST_LISTS = 512

function listOf(ranges: readonly string[]): BlockList {
  const key = ranges.join(' ')
  const known = lists.get(key)
  if (known !== undefined) return known
  const list = new BlockList()
  for (const { address, bits, family } of ranges.flatMap((text) => parseRange(text) ?? [])) {
    list.addSubnet(address, bits, family)
  }
  if (lists.size >= MOST_LISTS) lists.clear()
  lists.set(key, list)
  return list
}

function parseRange(text: string) {
  const [address = '', bits = '', ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0 || !/^\d{1,3}$/.test(bits)) return undefined
  if (Number(bits) > (version === 6 ? 128 : 32)) return undefined
  return { address, bits: Number(bits), family: version === 6 ? 'ipv6' : 'ipv4' } as const
}
