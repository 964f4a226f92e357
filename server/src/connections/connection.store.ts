import { z } from 'zod'
import { type Db, inTransaction, type Tx } from '../platform/db/index.ts'
import type { Tables } from '../platform/db/tables.ts'
import { forget as forgetAccessToken } from './wechat-mini-program/access-token.store.ts'

declare module '../platform/db/tables.ts' {
  interface Tables {
    readonly connection: {
      id: string
      kind: string
      name: string
      app_id: string
      app_secret_sealed: string
      open_platform: string | null
      when_unbound: string
      second_identity: string
      requires_own_code: number
      phone_button: number
      created_at: number
      disabled_at: number | null
    }
    readonly connection_application: { client_id: string; kind: string; connection_id: string }
  }
}

export const connectionKind = z.enum(['wechat-mini-program'])
export type ConnectionKind = z.infer<typeof connectionKind>

/**
 * What happens to a person whom the source vouches for and nobody here knows.
 *
 * - `bind`: he proves an address of a user who exists.
 * - `bind_or_register`: he proves an address, and becomes a user if nobody has it.
 * - `create`: he becomes a user at once.
 * - `fail`: he is refused.
 *
 * @see contract, section 3
 */
const whenUnbound = z.enum(['bind', 'bind_or_register', 'create', 'fail'])
export type WhenUnbound = z.infer<typeof whenUnbound>

/** Whether a user may have two identities of one connection. */
const secondIdentity = z.enum(['refuse', 'allow'])
export type SecondIdentity = z.infer<typeof secondIdentity>

/** Our configuration of one identity source. */
export interface Connection {
  readonly id: string
  readonly kind: ConnectionKind
  readonly name: string
  readonly appId: string
  readonly appSecretSealed: string
  /** Mini programs of one open-platform account share it; their unionids mean the same people. */
  readonly openPlatform: string | undefined
  readonly whenUnbound: WhenUnbound
  readonly secondIdentity: SecondIdentity
  /** At the bind only a code counts that was sent with the sign-in's state token. */
  readonly requiresOwnCode: boolean
  /** The mini program may ask for the person's number, and WeChat vouches for it. */
  readonly hasPhoneButton: boolean
}

/** @returns the connection of this kind that is switched on for the application */
export async function findOfApplication(
  db: Db | Tx,
  clientId: string,
  kind: ConnectionKind,
): Promise<Connection | undefined> {
  const row = await switchedOn(db, clientId).where('connection.kind', '=', kind).executeTakeFirst()
  return row && connectionOf(row)
}

/** @returns this connection, if it is still switched on for the application */
export async function findSwitchedOn(
  db: Db | Tx,
  clientId: string,
  connectionId: string,
): Promise<Connection | undefined> {
  const row = await switchedOn(db, clientId).where('connection.id', '=', connectionId).executeTakeFirst()
  return row && connectionOf(row)
}

function switchedOn(db: Db | Tx, clientId: string) {
  return db
    .selectFrom('connection_application')
    .innerJoin('connection', 'connection.id', 'connection_application.connection_id')
    .selectAll('connection')
    .where('connection_application.client_id', '=', clientId)
    .where('connection.disabled_at', 'is', null)
}

function connectionOf(row: Tables['connection']): Connection {
  return {
    id: row.id,
    kind: connectionKind.parse(row.kind),
    name: row.name,
    appId: row.app_id,
    appSecretSealed: row.app_secret_sealed,
    openPlatform: row.open_platform ?? undefined,
    whenUnbound: whenUnbound.parse(row.when_unbound),
    secondIdentity: secondIdentity.parse(row.second_identity),
    requiresOwnCode: row.requires_own_code === 1,
    hasPhoneButton: row.phone_button === 1,
  }
}

/** @returns whether this connection has stood for another mini program until now */
async function isOfOtherApp(tx: Tx, { id, appId }: Connection): Promise<boolean> {
  const row = await tx.selectFrom('connection').select('app_id').where('id', '=', id).executeTakeFirst()
  return row !== undefined && row.app_id !== appId
}

/** @returns every connection of this kind, those that are disabled as well */
export async function listOfKind(db: Db, kind: ConnectionKind): Promise<Connection[]> {
  const rows = await db.selectFrom('connection').selectAll().where('kind', '=', kind).execute()
  return rows.map(connectionOf)
}

/** Writes a connection as described, new or known, and switches it on for these applications. */
export async function save(
  db: Db,
  connection: Connection,
  clientIds: readonly string[],
  now: number,
): Promise<void> {
  const fields = {
    name: connection.name,
    app_id: connection.appId,
    app_secret_sealed: connection.appSecretSealed,
    open_platform: connection.openPlatform ?? null,
    when_unbound: connection.whenUnbound,
    second_identity: connection.secondIdentity,
    requires_own_code: connection.requiresOwnCode ? 1 : 0,
    phone_button: connection.hasPhoneButton ? 1 : 0,
  }
  await inTransaction(db, async (tx) => {
    if (await isOfOtherApp(tx, connection)) await forgetAccessToken(tx, connection.id)
    await tx
      .insertInto('connection')
      .values({ id: connection.id, kind: connection.kind, created_at: now, disabled_at: null, ...fields })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(fields))
      .execute()
    for (const clientId of clientIds) {
      await tx
        .insertInto('connection_application')
        .values({ client_id: clientId, kind: connection.kind, connection_id: connection.id })
        .onConflict((conflict) =>
          conflict.columns(['client_id', 'kind']).doUpdateSet({ connection_id: connection.id }),
        )
        .execute()
    }
  })
}
