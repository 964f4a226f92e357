import { setTimeout as delay } from 'node:timers/promises'
import { type CompiledQuery, type DatabaseConnection, type QueryResult, sql, SqliteAdapter } from 'kysely'
import { isTaken, isUndoneByOthers } from './store-away.ts'
import type { Db, Tx } from './types.ts'

const MAX_TRIES = 4
const FIRST_PAUSE_MS = 10

/** A transaction that is going on. */
interface Open {
  readonly connection: DatabaseConnection
  /** What was sent without waiting for it. */
  readonly late: Promise<unknown>[]
}

/** Kysely lets the statements of a transaction through one by one; by its connection they can go together. */
const openTransactions = new WeakMap<Db | Tx, Open>()

/**
 * Runs something all or nothing. When the database undoes it because two transactions met, it is run again,
 * a few times; so it may do nothing but speak to the database. In a transaction that is open it is part of
 * that one, and stands or falls with it.
 *
 * What does not depend on each other may be asked at the same time (`Promise.all`): it is sent together, in the order
 * in which it is asked, and costs one way to the server and back.
 */
export async function inTransaction<Result>(db: Db | Tx, act: (tx: Tx) => Promise<Result>): Promise<Result> {
  if (isOpen(db)) return act(db)
  for (let tries = 1; ; tries++) {
    const late: Promise<unknown>[] = []
    try {
      return await db.transaction().execute((tx) => actIn(tx, late, act))
    } catch (error) {
      const failed = (await Promise.allSettled(late)).find(({ status }) => status === 'rejected')
      // The database says of whatever came after it only that something had failed.
      const cause: unknown = failed?.status === 'rejected' ? failed.reason : error
      const isWorthAnother = isUndoneByOthers(cause) || (failed !== undefined && isTaken(cause))
      if (tries === MAX_TRIES || !isWorthAnother) throw cause
      await delay(FIRST_PAUSE_MS * 2 ** tries * Math.random())
    }
  }
}

async function actIn<Result>(
  tx: Tx,
  late: Promise<unknown>[],
  act: (tx: Tx) => Promise<Result>,
): Promise<Result> {
  const connection = await tx.getExecutor().provideConnection(async (own) => own)
  openTransactions.set(tx, { connection, late })
  try {
    return await act(tx)
  } finally {
    openTransactions.delete(tx)
  }
}

/** @returns the connection of a transaction that is going on */
export function connectionOf(db: Db | Tx): DatabaseConnection | undefined {
  return openTransactions.get(db)?.connection
}

/** Runs a statement that is compiled. */
export function run<Row>(db: Db | Tx, query: CompiledQuery<Row>): Promise<QueryResult<Row>> {
  const open = openTransactions.get(db)
  return open === undefined ? db.executeQuery(query) : open.connection.executeQuery(query)
}

/** The same for one of which nobody asks what comes of it. */
export async function runLate(db: Db | Tx, query: CompiledQuery): Promise<void> {
  const sent = run(db, query)
  const open = openTransactions.get(db)
  // A file answers at once.
  if (open === undefined || isEmbedded(db)) await sent
  else open.late.push(sent)
  sent.catch(() => undefined)
}

/** Whether the database is a file that only this process writes: it has one transaction at a time. */
export function isEmbedded(db: Db | Tx): boolean {
  return db.getExecutor().adapter instanceof SqliteAdapter
}

/** Lifts the limits that a request's transaction has: a change of large tables may take minutes. */
export async function takeYourTime(tx: Tx): Promise<void> {
  if (isEmbedded(tx)) return
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
