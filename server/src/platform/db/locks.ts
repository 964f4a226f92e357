import { sql } from 'kysely'
import { statement, type Values } from './statement.ts'
import { isEmbedded } from './transaction.ts'
import type { Db, Tx } from './types.ts'

const takeTurn = statement((db, value: Values<{ thing: string }>) =>
  db.selectNoFrom(sql`pg_advisory_xact_lock(hashtextextended(${value.thing}, 0))`.as('turn')),
)

/**
 * Makes transactions about the same things wait for each other, until they end. For what no row stands for
 * yet, such as an identity that nobody has bound.
 *
 * @param things their names; taken in one order, so that two transactions never wait crosswise
 */
export async function takeTurns(tx: Tx, things: readonly string[]): Promise<void> {
  if (isEmbedded(tx)) return
  await Promise.all(things.toSorted().map((thing) => takeTurn.later(tx, { thing })))
}

/**
 * Lets nobody remove the rows that a query finds before this transaction ends. Others may still read, change
 * and keep them: whoever keeps a row waits only for its removal.
 *
 * @returns for `query.$call(…)`
 */
export function keepRows(tx: Db | Tx): <Query extends { forKeyShare(): Query }>(query: Query) => Query {
  const isAlone = isEmbedded(tx)
  return (query) => (isAlone ? query : query.forKeyShare())
}

/**
 * Makes whoever would newly refer to the rows that a query finds wait until this transaction ends, so that what
 * is not referred to can be removed.
 *
 * @returns for `query.$call(…)`
 */
export function lockRows(tx: Tx): <Query extends { forUpdate(): Query }>(query: Query) => Query {
  const isAlone = isEmbedded(tx)
  return (query) => (isAlone ? query : query.forUpdate())
}
