import { z } from 'zod'
import type { Deployment } from '../../server/src/deployment.ts'
import { inTransaction } from '../../server/src/platform/db/index.ts'
import { sql } from '../../server/src/platform/db/migration.ts'
import { objectId } from '../../server/src/platform/object-id.ts'
import { hashToken, orderedId } from '../../server/src/platform/secrets.ts'
import { newSessionToken, storedToken } from '../../server/src/sessions/session-token.ts'
import { sealAddress } from '../../server/src/users/sealed-address.ts'
import { parseMobile } from '../../server/src/users/index.ts'
import { askPostgres } from '../../server/src/testing/postgres.ts'
import { nextMobile } from '../load/mobiles.ts'
import { withoutIndexes } from './without-indexes.ts'

type Row = Readonly<Record<string, unknown>>

const DAY_MS = 24 * 60 * 60 * 1000
const PER_STATEMENT = 5_000
const SESSIONS_PER_USER = 0.3
const AUDIT_EVENTS_PER_USER = 10
/** Of a day: every tenth user asks three times. */
const CODES_PER_USER = 0.3

const anyRow = z.record(z.string(), z.unknown())

/** What WeChat's code is of somebody whom `grow` has made. */
export function codeOfGrown(index: number): string {
  return `grown${index}`
}

/**
 * Fills a database as years of use would: users with a verified mobile number, who are bound; sessions of some; what
 * happened to them; and the codes and sign-ins of a day, which are over. Rows are copies of those that the server
 * itself has written, each with ids, hashes and moments of its own.
 *
 * @param deployment in which each of these rows was written at least once
 * @param database the URL of it; absent: SQLite
 */
export async function grow(
  { db, vault }: Deployment,
  database: string | undefined,
  users: number,
): Promise<void> {
  const store = database === undefined ? 'SQLite' : 'PostgreSQL'
  const newest = async (table: string): Promise<Row> => {
    const { rows } = await sql`select * from ${sql.table(table)} limit 1`.execute(db)
    return anyRow.parse(rows[0])
  }
  const add = async (table: string, count: number, change: (index: number) => Promise<Row> | Row) => {
    const model = await newest(table)
    const columns = sql.join(Object.keys(model).map((name) => sql.ref(name)))
    const values =
      store === 'SQLite'
        ? sql.join(Object.keys(model).map((name) => sql`value ->> ${sql.lit(name)}`))
        : columns
    for (let first = 0; first < count; first += PER_STATEMENT) {
      const rows: Row[] = []
      for (let index = first; index < Math.min(count, first + PER_STATEMENT); index++) {
        rows.push({ ...model, ...(await change(index)) })
      }
      const text = JSON.stringify(rows)
      const from =
        store === 'SQLite'
          ? sql`json_each(${text}) where true`
          : sql`json_populate_recordset(null::${sql.table(table)}, ${text}::json)`
      await inTransaction(db, async (tx) => {
        await sql`insert into ${sql.table(table)} (${columns}) select ${values} from ${from}`.execute(tx)
      })
    }
  }

  const now = Date.now()
  const ids = Array.from({ length: users }, (_, index) => objectId(now - DAY_MS - (users - index)))
  const idOf = (index: number): string => ids[index % users] ?? ''
  const codes = Math.floor(users * CODES_PER_USER)
  // Over for less than a day, all through it: of each minute as many are swept as in any minute of a long life.
  const over = (index: number): number => now - DAY_MS + Math.ceil(((index + 1) * DAY_MS) / codes)
  const make = async (statement: string): Promise<void> => {
    if (database === undefined) await sql.raw(statement).execute(db)
    else await askPostgres(database, statement)
  }

  await withoutIndexes(db, store, make, async () => {
    await add('user', users, (index) => ({
      id: idOf(index),
      user_name: `u_grown${index}`,
      user_name_key: `u_grown${index}`,
    }))
    await add('user_address', users, async (index) => {
      const address = sealAddress(vault, idOf(index), await parseMobile(nextMobile()), now)
      return {
        user_id: idOf(index),
        address_sealed: address.sealed,
        address_index: address.index,
        address_masked: address.masked,
        verified_at: now,
      }
    })
    await add('identity', users, (index) => ({
      id: orderedId(now - DAY_MS),
      subject: `o${codeOfGrown(index)}`,
      user_id: idOf(index),
      sole_of_user_id: idOf(index),
    }))
    await add('session', users * SESSIONS_PER_USER, (index) => ({
      id: orderedId(now - DAY_MS),
      token_hash: storedToken(newSessionToken(now - DAY_MS)),
      user_id: idOf(index * 3),
      sign_in_id: orderedId(now - DAY_MS),
      expires_at: now + DAY_MS,
    }))
    await add('audit_event', users * AUDIT_EVENTS_PER_USER, (index) => ({
      id: orderedId(now - DAY_MS + index),
      at: now - DAY_MS + index,
      user_id: idOf(index * 7),
      sign_in_id: orderedId(now - DAY_MS + index),
    }))
    await add('verification', codes, (index) => ({
      id: orderedId(over(index)),
      address_index: hashToken(`verification ${index}`),
      sign_in_id: '',
      expires_at: over(index),
    }))
    await add('sign_in', codes, (index) => ({
      id: orderedId(over(index)),
      subject: `o${codeOfGrown(index)}`,
      expires_at: over(index),
      completed_at: over(index),
    }))
  })
  // As it would have done by itself meanwhile; without it the first to read a row writes that it did.
  if (database !== undefined) await askPostgres(database, 'vacuum (analyze)')
}
