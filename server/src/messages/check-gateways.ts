import type { Clock } from '../platform/clock.ts'
import type { Db } from '../platform/db/index.ts'
import { type Finding, finding } from '../platform/finding.ts'
import type { Outbound } from '../platform/outbound/outbound.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { gatewayFindings } from './findings.ts'
import { type GatewayRow, listRows } from './gateway.store.ts'
import { becauseOf, type ConfiguredGateway, openRow } from './open-gateways.ts'

export interface CheckGatewaysDeps {
  readonly db: Db
  readonly vault: Vault
  readonly clock: Clock
  readonly outbound: Outbound
}

export interface CheckedGateway {
  /** The operator's name for it. */
  readonly name: string
  /** Absent when its settings cannot be used. */
  readonly configured: ConfiguredGateway | undefined
  readonly findings: readonly Finding[]
}

/** Looks whether each gateway would carry a message, all at once. Nothing is sent. */
export async function checkGateways(deps: CheckGatewaysDeps): Promise<readonly CheckedGateway[]> {
  const rows = await listRows(deps.db)
  return Promise.all(rows.map((row) => checkRow(deps, row)))
}

async function checkRow(deps: CheckGatewaysDeps, row: GatewayRow): Promise<CheckedGateway> {
  const { name } = row
  const configured = open(deps, row)
  if (typeof configured === 'string') {
    return { name, configured: undefined, findings: [finding(gatewayFindings.unusable, configured)] }
  }
  try {
    return { name, configured, findings: (await configured.gateway.check?.()) ?? [] }
  } finally {
    await configured.gateway.close?.()
  }
}

function open(deps: CheckGatewaysDeps, row: GatewayRow): ConfiguredGateway | string {
  try {
    return openRow(deps, row, deps.outbound)
  } catch (error) {
    return becauseOf(error)
  }
}
