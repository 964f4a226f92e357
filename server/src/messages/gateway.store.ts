import type { Db, Tx } from '../platform/db/index.ts'
import type { SealedColumn } from '../platform/vault/sealed-column.ts'

declare module '../platform/db/tables.ts' {
  interface Tables {
    readonly gateway: {
      name: string
      kind: string
      /** JSON, as they were given. */
      settings: string
      /** The secrets among them, as JSON, sealed. */
      secrets_sealed: string
      /** A lower one is tried first. */
      rank: number
    }
  }
}

export const sealedColumns = [
  {
    table: 'gateway',
    column: 'secrets_sealed',
    key: ['name'],
    context: ({ name }) => sealContext(name),
  },
] as const satisfies readonly SealedColumn<'name'>[]

/** Where the secrets of a gateway stand. */
export function sealContext(name: string): string {
  return `gateway ${name}`
}

export interface GatewayRow {
  readonly name: string
  readonly kind: string
  readonly settings: string
  readonly secretsSealed: string
  readonly rank: number
}

/** @returns every gateway, the one to try first first */
export async function listRows(db: Db | Tx): Promise<GatewayRow[]> {
  const rows = await db.selectFrom('gateway').selectAll().orderBy('rank').orderBy('name').execute()
  return rows.map(({ secrets_sealed, ...row }) => ({ ...row, secretsSealed: secrets_sealed }))
}

/** Writes a gateway, new or known. */
export async function save(tx: Tx, { name, ...row }: GatewayRow): Promise<void> {
  const fields = {
    kind: row.kind,
    settings: row.settings,
    secrets_sealed: row.secretsSealed,
    rank: row.rank,
  }
  await tx
    .insertInto('gateway')
    .values({ name, ...fields })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(fields))
    .execute()
}

/** @returns false when there was none */
export async function remove(tx: Tx, name: string): Promise<boolean> {
  const { numDeletedRows } = await tx.deleteFrom('gateway').where('name', '=', name).executeTakeFirstOrThrow()
  return numDeletedRows > 0n
}
