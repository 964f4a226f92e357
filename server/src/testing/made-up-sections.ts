import { z } from 'zod'
import { defineObjects, sectionOfPolicy } from '../configuration/section.ts'
import { definePolicy } from '../platform/policy/index.ts'
import { secretField } from '../platform/secret-field.ts'
import { duration } from '../platform/text-forms/duration.ts'
import { limit } from '../platform/text-forms/limit.ts'

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
export function carriersSection() {
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

/** As another room would describe its policy. */
export const courtesy = definePolicy(
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

export const courtesySection = sectionOfPolicy(courtesy, 'How guests are treated.')
