import { z } from 'zod'
import { type Db, statement, type Tx, type Values } from '../platform/db/index.ts'
import type { Tables } from '../platform/db/tables.ts'
import type { SealedColumn } from '../platform/vault/sealed-column.ts'
import type { Channel } from './address.ts'

declare module '../platform/db/tables.ts' {
  interface Tables {
    readonly user: {
      id: string
      user_name: string
      /** Lower case, for uniqueness. */
      user_name_key: string
      name: string
      created_at: number
      disabled_at: number | null
      /** When he who closed his account is gone for good; null for everybody else. */
      closes_at: number | null
      /** What he says of himself, as JSON; null where that is nothing. */
      attributes_sealed: string | null
    }
    readonly user_address: {
      user_id: string
      channel: string
      address_sealed: string
      address_index: string
      address_masked: string
      /** Null until its user has proved control of it; only then it finds him. */
      verified_at: number | null
    }
  }
}

export const sealedColumns = [
  {
    table: 'user_address',
    column: 'address_sealed',
    key: ['user_id', 'channel'],
    context: ({ user_id: userId, channel: by }) => sealContext(userId, by),
  },
] as const satisfies readonly SealedColumn<'user_id' | 'channel'>[]

/** Where a sealed address stands. The user's id goes into the seal, so rows cannot be swapped. */
export function sealContext(userId: string, channelOfAddress: string): string {
  return `user_address ${userId} ${channelOfAddress}`
}

/** Our record of one person. */
export interface User {
  readonly id: string
  readonly userName: string
  readonly name: string
  /** He may not come in: an operator has disabled him, or he has closed his account. */
  readonly isDisabled: boolean
  /** When he is gone for good, if he has closed his account. */
  readonly closesAt: number | undefined
  readonly createdAt: number
}

/** An address as it is kept: unreadable without the vault, findable by its index. */
export interface StoredAddress {
  readonly channel: Channel
  readonly sealed: string
  readonly index: string
  readonly masked: string
  readonly verifiedAt: number | null
}

const channel = z.enum(['sms', 'email'])
const columns = ['id', 'user_name', 'name', 'created_at', 'disabled_at', 'closes_at'] as const

const findOne = statement((db, value: Values<{ id: string }>) =>
  db.selectFrom('user').select(columns).where('id', '=', value.id),
)

export async function find(db: Db | Tx, userId: string): Promise<User | undefined> {
  const row = await findOne.first(db, { id: userId })
  return row && userOf(row)
}

export async function findByName(db: Db | Tx, userName: string): Promise<User | undefined> {
  const row = await db
    .selectFrom('user')
    .select(columns)
    .where('user_name_key', '=', userName.toLowerCase())
    .executeTakeFirst()
  return row && userOf(row)
}

const findByVerified = statement((db, value: Values<{ addressIndex: string }>) =>
  db
    .selectFrom('user_address')
    .innerJoin('user', 'user.id', 'user_address.user_id')
    .select([
      'user.id',
      'user.user_name',
      'user.name',
      'user.created_at',
      'user.disabled_at',
      'user.closes_at',
    ])
    .where('user_address.address_index', '=', value.addressIndex)
    .where('user_address.verified_at', 'is not', null),
)

/** Finds the one user who has verified this address. An unverified address finds nobody. */
export async function findByVerifiedIndex(db: Db | Tx, addressIndex: string): Promise<User | undefined> {
  const row = await findByVerified.first(db, { addressIndex })
  return row && userOf(row)
}

const listAddressesOf = statement((db, value: Values<{ userId: string }>) =>
  db
    .selectFrom('user_address')
    .select(['channel', 'address_sealed', 'address_index', 'address_masked', 'verified_at'])
    .where('user_id', '=', value.userId),
)

export async function listAddresses(db: Db | Tx, userId: string): Promise<StoredAddress[]> {
  return (await listAddressesOf.all(db, { userId })).map(addressOf)
}

/** @returns the addresses with these indices, each with its user; an unverified one may stand with several */
export async function listByIndices(
  db: Db,
  indices: readonly string[],
): Promise<(StoredAddress & { readonly userId: string })[]> {
  const rows = await db.selectFrom('user_address').selectAll().where('address_index', 'in', indices).execute()
  return rows.map((row) => ({ userId: row.user_id, ...addressOf(row) }))
}

/** @returns whether he has proved control of some address */
export async function hasVerifiedAddress(db: Db | Tx, userId: string): Promise<boolean> {
  const row = await db
    .selectFrom('user_address')
    .select('channel')
    .where('user_id', '=', userId)
    .where('verified_at', 'is not', null)
    .executeTakeFirst()
  return row !== undefined
}

interface NewUserRow {
  readonly id: string
  readonly userName: string
  readonly userNameKey: string
  readonly name: string
  readonly createdAt: number
}

const insertOne = statement((db, value: Values<NewUserRow>) =>
  db.insertInto('user').values({
    id: value.id,
    user_name: value.userName,
    user_name_key: value.userNameKey,
    name: value.name,
    created_at: value.createdAt,
    disabled_at: null,
    attributes_sealed: null,
  }),
)

export async function insert(tx: Tx, user: User): Promise<void> {
  const { id, userName, name, createdAt } = user
  await insertOne.later(tx, { id, userName, userNameKey: userName.toLowerCase(), name, createdAt })
}

const insertOneAddress = statement((db, value: Values<StoredAddress & { userId: string }>) =>
  db.insertInto('user_address').values({
    user_id: value.userId,
    channel: value.channel,
    address_sealed: value.sealed,
    address_index: value.index,
    address_masked: value.masked,
    verified_at: value.verifiedAt,
  }),
)

export async function insertAddress(tx: Tx, userId: string, address: StoredAddress): Promise<void> {
  await insertOneAddress.later(tx, { userId, ...address })
}

/** @param disabledAt `null` enables the user again */
export async function setDisabled(tx: Tx, userId: string, disabledAt: number | null): Promise<void> {
  await tx.updateTable('user').set({ disabled_at: disabledAt }).where('id', '=', userId).execute()
}

/** Where a list of addresses goes on. */
export interface AddressPlace {
  readonly userId: string
  readonly channel: Channel
}

/** Lists everybody's addresses, in the order of their users. */
export async function listAllAddresses(
  db: Db,
  after: AddressPlace | undefined,
  atMost: number,
): Promise<(AddressPlace & StoredAddress)[]> {
  const rows = await db
    .selectFrom('user_address')
    .selectAll()
    .$if(after !== undefined, (query) =>
      query.where((where) =>
        where(
          where.refTuple('user_id', 'channel'),
          '>',
          where.tuple(after?.userId ?? '', after?.channel ?? ''),
        ),
      ),
    )
    .orderBy('user_id')
    .orderBy('channel')
    .limit(atMost)
    .execute()
  return rows.map((row) => ({ userId: row.user_id, ...addressOf(row) }))
}

/** Gives addresses other indices. */
export async function setAddressIndices(
  tx: Tx,
  changes: readonly (AddressPlace & { readonly index: string })[],
): Promise<void> {
  for (const { userId, channel: by, index } of changes) {
    await tx
      .updateTable('user_address')
      .set({ address_index: index })
      .where('user_id', '=', userId)
      .where('channel', '=', by)
      .execute()
  }
}

/** Removes a user with everything that hangs on him: addresses, identities, sessions (by foreign key). */
export async function remove(tx: Tx, userId: string): Promise<void> {
  await tx.deleteFrom('user').where('id', '=', userId).execute()
}

function addressOf(row: Omit<Tables['user_address'], 'user_id'>): StoredAddress {
  return {
    channel: channel.parse(row.channel),
    sealed: row.address_sealed,
    index: row.address_index,
    masked: row.address_masked,
    verifiedAt: row.verified_at,
  }
}

function userOf(row: {
  id: string
  user_name: string
  name: string
  created_at: number
  disabled_at: number | null
  closes_at: number | null
}): User {
  return {
    id: row.id,
    userName: row.user_name,
    name: row.name,
    isDisabled: row.disabled_at !== null || row.closes_at !== null,
    closesAt: row.closes_at ?? undefined,
    createdAt: row.created_at,
  }
}
