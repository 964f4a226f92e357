import { setTimeout as delay } from 'node:timers/promises'
import { sql, SqliteAdapter } from 'kysely'
import { isUndoneByOthers } from './store-away.ts'
import type { Db, Tx } from './types.ts'

const MAX_TRIES = 4
const FIRST_PAUSE_MS = 10

/**
 * Runs something all or nothing. When the database undoes it because two transactions met, it is run again,
 * a few times; so it may do nothing but speak to the database. In a transaction that is open it is part of
 * that one, and stands or falls with it.
 */
export async function inTransaction<Result>(db: Db | Tx, act: (tx: Tx) => Promise<Result>): Promise<Result> {
  if (isOpen(db)) return act(db)
  for (let tries = 1; ; tries++) {
    try {
      return await db.transaction().execute(act)
    } catch (error) {
      if (tries === MAX_TRIES || !isUndoneByOthers(error)) throw error
      await delay(FIRST_PAUSE_MS * 2 ** tries * Math.random())
    }
  }
}

/**
 * Makes transactions about the same things wait for each other, until they end. For what no row stands for
 * yet, such as an identity that nobody has bound.
 *
 * @param things their names; taken in one order, so that two transactions never wait crosswise
 */
export async function takeTurns(tx: Tx, things: readonly string[]): Promise<void> {
  // SQLite has one transaction at a time.
  if (tx.getExecutor().adapter instanceof SqliteAdapter) return
  for (const thing of things.toSorted()) {
    await sql`select pg_advisory_xact_lock(hashtextextended(${thing}, 0))`.execute(tx)
  }
}

/**
 * Lets nobody remove the rows that a query finds before this transaction ends. Others may still read, change
 * and keep them: whoever keeps a row waits only for its removal.
 *
 * @returns for `query.$call(…)`
 */
export function keepRows(tx: Tx): <Query extends { forKeyShare(): Query }>(query: Query) => Query {
  // SQLite has one transaction at a time.
  const isAlone = tx.getExecutor().adapter instanceof SqliteAdapter
  return (query) => (isAlone ? query : query.forKeyShare())
}

/**
 * Makes whoever would newly refer to the rows that a query finds wait until this transaction ends, so that what
 * is not referred to can be removed.
 *
 * @returns for `query.$call(…)`
 */
export function lockRows(tx: Tx): <Query extends { forUpdate(): Query }>(query: Query) => Query {
  // SQLite has one transaction at a time.
  const isAlone = tx.getExecutor().adapter instanceof SqliteAdapter
  return (query) => (isAlone ? query : query.forUpdate())
}

/** Lifts the limits that a request's transaction has: a change of large tables may take minutes. */
export async function takeYourTime(tx: Tx): Promise<void> {
  if (tx.getExecutor().adapter instanceof SqliteAdapter) return
  const limits = [
    'lock_timeout',
    'statement_timeout',
    'idle_in_transaction_session_timeout',
    'transaction_timeout',
  ]
  for (const limit of limits) {
    // The last of them is newer than some servers.
    await sql`select set_config(${limit}, '0', true) where current_setting(${limit}, true) is not null`.execute(
      tx,
    )
  }
}

function isOpen(db: Db | Tx): db is Tx {
  return db.isTransaction
}
