import { z } from 'zod'
import type { Clock } from '../platform/clock.ts'
import type { Db } from '../platform/db/index.ts'
import type { Log } from '../platform/log.ts'
import { openOutboundLane } from '../platform/outbound/outbound.ts'
import { StartError } from '../platform/start-error.ts'
import type { Money } from '../platform/text-forms/money.ts'
import type { Vault } from '../platform/vault/vault.ts'
import type { Channel } from '../users/index.ts'
import { findGatewayKind } from './gateway-description.ts'
import { routingOf } from './gateway-kind.ts'
import { type GatewayRow, listRows } from './gateway.store.ts'
import { type Gateway, MAX_IN_FLIGHT } from './message.ts'
import { readDescription } from './save-gateway.ts'

/** A gateway with what its operator says about it. */
export interface ConfiguredGateway {
  /** The operator's name for it. */
  readonly name: string
  readonly gateway: Gateway
  /** Area codes that it serves; absent: any. */
  readonly areaCodes?: readonly string[] | undefined
  /** Of one message; absent: unknown. */
  readonly price?: Money | undefined
}

/** The gateways of this deployment. */
export interface Gateways {
  /**
   * Lends them as they are configured at this moment, the one to try first first. None of them is closed
   * before `act` has ended.
   */
  use<Result>(act: (gateways: readonly ConfiguredGateway[]) => Promise<Result>): Promise<Result>

  /** Lets go of all connections. Messages under way are finished first. */
  close(): Promise<void>
}

/** Gateways that no configuration changes. */
export function fixedGateways(gateways: readonly Gateway[]): Gateways {
  const configured = gateways.map((gateway) => ({ name: gateway.name, gateway }))
  return {
    use: (act) => act(configured),
    async close() {
      for (const gateway of gateways) await gateway.close?.()
    },
  }
}

/** The channels that something can be sent by, each once, in the order of the gateways. */
export function channelsOf(gateways: Gateways): Promise<readonly Channel[]> {
  return gateways.use(async (configured) => [...new Set(configured.map(({ gateway }) => gateway.channel))])
}

export interface OpenGatewaysDeps {
  readonly db: Db
  readonly vault: Vault
  readonly clock: Clock
  readonly log: Log
}

/** One that is open, for as long as its row stays as it is. */
interface Opened extends ConfiguredGateway {
  readonly row: GatewayRow
  users: number
  isReplaced: boolean
}

/**
 * The gateways of the database. Their rows are read whenever somebody wants to send, so that what an operator
 * changes counts at the next send, on every instance.
 *
 * Each is opened once and kept while its row is unchanged. One whose row cannot be used is left out, and the
 * log told once: the others go on.
 */
export function openGateways(deps: OpenGatewaysDeps): Gateways {
  const opened = new Map<string, Opened>()
  const complainedOf = new Map<string, GatewayRow>()
  const closing = new Set<Promise<void>>()

  function letGo(one: Opened): void {
    one.users -= 1
    if (one.users > 0 || !one.isReplaced) return
    const closed = Promise.resolve(one.gateway.close?.())
      .catch((error: unknown) =>
        deps.log.error({ err: error, gateway: one.name }, 'closing a gateway failed'),
      )
      .finally(() => closing.delete(closed))
    closing.add(closed)
  }

  function replace(name: string): void {
    const one = opened.get(name)
    if (one === undefined) return
    opened.delete(name)
    one.isReplaced = true
    // Its place in the map held it as one user does.
    letGo(one)
  }

  function open(row: GatewayRow): Opened | undefined {
    const known = opened.get(row.name)
    if (known !== undefined && isSame(known.row, row)) return known
    replace(row.name)
    try {
      const one: Opened = { ...openRow(deps, row), row, users: 1, isReplaced: false }
      opened.set(row.name, one)
      complainedOf.delete(row.name)
      return one
    } catch (error) {
      complain(row, error)
      return undefined
    }
  }

  function complain(row: GatewayRow, error: unknown): void {
    const last = complainedOf.get(row.name)
    if (last !== undefined && isSame(last, row)) return
    complainedOf.set(row.name, row)
    deps.log.error(
      { gateway: row.name, kind: row.kind, because: becauseOf(error) },
      'a gateway is left out: its settings cannot be used',
    )
  }

  return {
    async use(act) {
      const rows = await listRows(deps.db)
      const names = new Set(rows.map(({ name }) => name))
      for (const name of opened.keys()) if (!names.has(name)) replace(name)
      const gateways = rows.map(open).filter((one) => one !== undefined)
      for (const one of gateways) one.users += 1
      try {
        return await act(gateways)
      } finally {
        gateways.forEach(letGo)
      }
    },
    async close() {
      for (const name of opened.keys()) replace(name)
      await Promise.all(closing)
    },
  }
}

/** A change of the order alone opens nothing anew. */
function isSame(one: GatewayRow, other: GatewayRow): boolean {
  return (
    one.kind === other.kind && one.settings === other.settings && one.secretsSealed === other.secretsSealed
  )
}

/**
 * @param outbound its lane to the world
 * @throws {StartError} or {z.ZodError} for a row that cannot be used
 */
export function openRow(
  { clock, vault }: Pick<OpenGatewaysDeps, 'clock' | 'vault'>,
  row: GatewayRow,
  outbound = openOutboundLane(MAX_IN_FLIGHT),
): ConfiguredGateway {
  const kind = findGatewayKind(row.kind)
  if (kind === undefined) throw new StartError('this version knows no such kind')
  const description = readDescription(vault, row)
  const { area_codes: areaCodes, price } = routingOf(description)
  const gateway = kind.open({ clock, outbound }, description)
  return { name: row.name, gateway, areaCodes, price }
}

/** Only what is known to show no secret: a parser's message may hold a part of what it read. */
export function becauseOf(error: unknown): string {
  if (error instanceof StartError) return error.message
  if (!(error instanceof z.ZodError)) return 'they cannot be read'
  return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
}
