import { z } from 'zod'
import type { Db, Tx } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { findGatewayKind, gatewayDescription } from './gateway-description.ts'
import { type GatewayRow, listRows, save, sealContext } from './gateway.store.ts'

/** A gateway as an operator described it, secrets in clear. */
export type GatewayDescription = Readonly<Record<string, unknown>>

export interface StoredGateway {
  readonly name: string
  readonly rank: number
  /** `undefined` when it cannot be read: written by another version, or sealed under a key that is not here. */
  readonly description: GatewayDescription | undefined
}

/**
 * Writes a gateway as described, new or known; its secrets are sealed on the way. It counts at the next send,
 * on every instance.
 *
 * @param name the operator's, e.g. for `explain`
 * @param rank a lower one is tried first
 * @throws {z.ZodError} for a description that `gatewayDescription` refuses
 */
export async function saveGateway(
  tx: Tx,
  vault: Vault,
  name: string,
  description: GatewayDescription,
  rank: number,
): Promise<void> {
  gatewayDescription.parse(description)
  const { kind: givenKind, ...settings } = description
  const kind = String(givenKind)
  const secretFields = findGatewayKind(kind)?.secretFields ?? []
  const textOf = (isSealed: boolean) =>
    JSON.stringify(
      Object.fromEntries(
        Object.entries(settings).filter(([field]) => secretFields.includes(field) === isSealed),
      ),
    )
  await save(tx, {
    name,
    kind,
    rank,
    settings: textOf(false),
    secretsSealed: vault.seal(sealContext(name), textOf(true)),
  })
}

/** @returns every gateway, the one to try first first */
export async function listGateways(db: Db | Tx, vault: Vault): Promise<StoredGateway[]> {
  const rows = await listRows(db)
  return rows.map((row) => ({ name: row.name, rank: row.rank, description: findDescription(vault, row) }))
}

const fields = z.record(z.string(), z.unknown())

/** @throws {Error} when it cannot be read; its message may show a part of what it holds */
export function readDescription(vault: Vault, row: GatewayRow): GatewayDescription {
  return {
    kind: row.kind,
    ...fields.parse(JSON.parse(row.settings)),
    ...fields.parse(JSON.parse(vault.open(sealContext(row.name), row.secretsSealed))),
  }
}

function findDescription(vault: Vault, row: GatewayRow): GatewayDescription | undefined {
  try {
    return readDescription(vault, row)
  } catch {
    return undefined
  }
}
