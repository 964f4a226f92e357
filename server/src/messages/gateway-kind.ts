import { z } from 'zod'
import type { Clock } from '../platform/clock.ts'
import type { Outbound } from '../platform/outbound/outbound.ts'
import { isSecretField } from '../platform/secret-field.ts'
import { StartError } from '../platform/start-error.ts'
import { money } from '../platform/text-forms/money.ts'
import type { Channel } from '../users/index.ts'
import type { Gateway } from './message.ts'

export interface GatewayDeps {
  readonly clock: Clock
  /** A lane of its own, which bounds what is in flight. */
  readonly outbound: Outbound
}

/** A way to carry messages: what its operator says about it, and how it is opened. */
export interface GatewayKind {
  readonly kind: string
  /** The whole description, with what every kind has. Refuses what `open` would refuse. */
  readonly schema: z.ZodObject
  /** The fields that are stored sealed. */
  readonly secretFields: readonly string[]
  /**
   * Connects to nothing yet.
   *
   * @param description as it was given, secrets included
   * @throws {z.ZodError} for what the schema refuses
   * @throws {StartError} for settings that cannot be meant
   */
  open(deps: GatewayDeps, description: Readonly<Record<string, unknown>>): Gateway
}

export const areaCode = z
  .string({ error: 'An area code is text: write it in quotes' })
  .regex(/^[1-9]\d{0,2}$/, 'An area code is one to three digits without a plus, such as "86"')

const price = money
  .optional()
  .describe('What one message costs, such as "0.045 CNY". Absent: unknown, and it spends no money budget.')

const areaCodes = z
  .array(areaCode)
  .min(1, 'Name at least one area code, or leave the field out')
  .optional()
  .describe('The area codes that this gateway serves, such as ["86"]. Absent: any.')

const whatEveryKindHas = z.object({ price, area_codes: areaCodes })

/** What an operator says about a gateway of any kind. */
export type GatewayRouting = z.output<typeof whatEveryKindHas>

export function routingOf(description: Readonly<Record<string, unknown>>): GatewayRouting {
  return whatEveryKindHas.parse(description)
}

/**
 * @param settings what this kind has beside what every kind has; fields in snake_case, each with a sentence,
 *   secrets made by `secretField`
 * @param open opens one; connects to nothing yet, because it is also called to check settings
 */
export function gatewayKind<Settings extends z.ZodObject>(
  kind: string,
  channel: Channel,
  settings: Settings,
  open: (deps: GatewayDeps, settings: z.output<Settings>) => Gateway,
): GatewayKind {
  const literal = z.literal(kind).describe('What carries the messages.')
  const common: z.ZodRawShape =
    channel === 'sms' ? { kind: literal, area_codes: areaCodes, price } : { kind: literal, price }
  return {
    kind,
    schema: settings
      .superRefine((value, { addIssue }) => {
        const problem = problemOf(() => open(UNUSED, value))
        if (problem !== undefined) addIssue({ code: 'custom', message: problem })
      })
      .safeExtend(common),
    secretFields: Object.keys(settings.shape).filter((name) => isSecret(settings.shape[name])),
    open(deps, description) {
      const own = Object.entries(description).filter(([name]) => !(name in common))
      return open(deps, settings.parse(Object.fromEntries(own)))
    },
  }
}

const UNUSED: GatewayDeps = {
  clock: { now: () => 0 },
  outbound: () => Promise.reject(new Error('a gateway that is only checked sends nothing')),
}

function problemOf(open: () => Gateway): string | undefined {
  try {
    open()
    return undefined
  } catch (error) {
    if (error instanceof StartError) return error.message
    throw error
  }
}

function isSecret(field: unknown): boolean {
  if (field instanceof z.ZodOptional) return isSecret(field.unwrap())
  return field instanceof z.ZodType && isSecretField(field)
}
