import { z } from 'zod'
import { type Db, inTransaction, lockRows, remembered, type Tx } from '../platform/db/index.ts'
import type { Tables } from '../platform/db/tables.ts'
import { forget as forgetAccessToken } from './wechat-mini-program/access-token.store.ts'
import type { SealedColumn } from '../platform/vault/sealed-column.ts'

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

export const sealedColumns = [
  {
    table: 'connection',
    column: 'app_secret_sealed',
    key: ['id'],
    context: ({ id }) => sealContext(id),
  },
] as const satisfies readonly SealedColumn<'id'>[]

/** Where the secret of a connection stands. */
export function sealContext(connectionId: string): string {
  return `connection ${connectionId}`
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
export const whenUnbound = z.enum(['bind', 'bind_or_register', 'create', 'fail'])
export type WhenUnbound = z.infer<typeof whenUnbound>

/** Whether a user may have two identities of one connection. */
export const secondIdentity = z.enum(['refuse', 'allow'])
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

const listSwitchedOn = remembered(['connection', 'connection_application'], async (db, clientId) => {
  const rows = await db
    .selectFrom('connection_application')
    .innerJoin('connection', 'connection.id', 'connection_application.connection_id')
    .selectAll('connection')
    .where('connection_application.client_id', '=', clientId)
    .where('connection.disabled_at', 'is', null)
    .execute()
  return rows.map(connectionOf)
})

/**
 * What another process has switched on or off counts here half a second later.
 *
 * @returns the connection of this kind that is switched on for the application
 */
export async function findOfApplication(
  db: Db | Tx,
  clientId: string,
  kind: ConnectionKind,
): Promise<Connection | undefined> {
  const connections = await listSwitchedOn(db, clientId)
  return connections?.find((connection) => connection.kind === kind)
}

/** @returns this connection, if it is still switched on for the application, as `findOfApplication` does */
export async function findSwitchedOn(
  db: Db | Tx,
  clientId: string,
  connectionId: string,
): Promise<Connection | undefined> {
  const connections = await listSwitchedOn(db, clientId)
  return connections?.find(({ id }) => id === connectionId)
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

/** A connection with what is not needed to sign in by it. */
export interface ListedConnection extends Connection {
  /** The applications that it is switched on for. */
  readonly clientIds: readonly string[]
  readonly isDisabled: boolean
}

/** @returns every connection, disabled ones included */
export async function list(db: Db | Tx): Promise<readonly ListedConnection[]> {
  const rows = await db.selectFrom('connection').selectAll().orderBy('name').execute()
  const switches = await db
    .selectFrom('connection_application')
    .select(['connection_id', 'client_id'])
    .orderBy('client_id')
    .execute()
  return rows.map((row) => ({
    ...connectionOf(row),
    clientIds: switches.filter((each) => each.connection_id === row.id).map((each) => each.client_id),
    isDisabled: row.disabled_at !== null,
  }))
}

export async function findIdByName(db: Db | Tx, name: string): Promise<string | undefined> {
  const row = await db.selectFrom('connection').select('id').where('name', '=', name).executeTakeFirst()
  return row?.id
}

/** Writes a connection as described, new or known; it is switched on for these applications and no others. */
export async function save(
  db: Db | Tx,
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
    await tx.deleteFrom('connection_application').where('connection_id', '=', connection.id).execute()
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

/**
 * Nobody signs in by a disabled connection; its identities stay bound.
 *
 * @returns `false` when that was so before
 */
export async function setDisabled(tx: Tx, connectionId: string, disabledAt: number | null): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('connection')
    .set({ disabled_at: disabledAt })
    .where('id', '=', connectionId)
    .where('disabled_at', disabledAt === null ? 'is not' : 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** Switches every connection off for an application. */
export async function switchOffFor(tx: Tx, clientId: string): Promise<void> {
  await tx.deleteFrom('connection_application').where('client_id', '=', clientId).execute()
}

/** Until the transaction ends, nothing new can hang on this connection. */
export async function lock(tx: Tx, connectionId: string): Promise<void> {
  await tx.selectFrom('connection').select('id').where('id', '=', connectionId).$call(lockRows(tx)).execute()
}

/** Removes a connection on which nothing hangs: no identity, no mark of one that was unbound, no sign-in. */
export async function remove(tx: Tx, connectionId: string): Promise<void> {
  await forgetAccessToken(tx, connectionId)
  await tx.deleteFrom('connection_application').where('connection_id', '=', connectionId).execute()
  await tx.deleteFrom('connection').where('id', '=', connectionId).execute()
}
