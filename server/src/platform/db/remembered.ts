import {
  DeleteQueryNode,
  type DialectAdapter,
  InsertQueryNode,
  type RootOperationNode,
  TableNode,
  UpdateQueryNode,
} from 'kysely'
import type { Tables } from './tables.ts'
import type { Db, Tx } from './types.ts'

/** So soon a change that another process has made counts here. */
const GOOD_FOR_MS = 500
/** What this process changes counts at once: until a transaction is over for certain, nothing is remembered. */
const UNSETTLED_FOR_MS = 7_000
const MOST_REMEMBERED = 10_000

/** When a table of a database was last changed by this process, on its own clock. A database has one adapter. */
const changedAt = new WeakMap<DialectAdapter, Map<string, number>>()

/**
 * Reads what an operator sets, and remembers it for half a second: it hangs on every request, and hardly ever
 * changes. What is not there is not remembered, so that strangers cannot fill the memory with names of theirs.
 *
 * @param tables those that it is read from
 */
export function remembered<Value>(
  tables: readonly (keyof Tables)[],
  read: (db: Db | Tx, key: string) => Promise<Value | undefined>,
): (db: Db | Tx, key: string) => Promise<Value | undefined> {
  const byDatabase = new WeakMap<DialectAdapter, Map<string, { readonly value: Value; readAt: number }>>()

  return async (db, key) => {
    const { adapter } = db.getExecutor()
    const now = performance.now()
    const settledAt = Math.max(0, ...tables.map((table) => settled(adapter, table)))
    const known = byDatabase.get(adapter) ?? new Map<string, { readonly value: Value; readAt: number }>()
    byDatabase.set(adapter, known)

    const found = known.get(key)
    if (found !== undefined && found.readAt >= settledAt && now - found.readAt < GOOD_FOR_MS)
      return found.value
    const value = await read(db, key)
    if (known.size >= MOST_REMEMBERED) known.clear()
    if (value !== undefined && now >= settledAt) known.set(key, { value, readAt: now })
    return value
  }
}

/** To be told of every statement that a database has run. */
export function noteChange(adapter: DialectAdapter, statement: RootOperationNode): void {
  const table = changedTable(statement)
  if (table === undefined) return
  const tables = changedAt.get(adapter) ?? new Map<string, number>()
  changedAt.set(adapter, tables.set(table, performance.now()))
}

function settled(adapter: DialectAdapter, table: string): number {
  const at = changedAt.get(adapter)?.get(table)
  return at === undefined ? 0 : at + UNSETTLED_FOR_MS
}

function changedTable(statement: RootOperationNode): string | undefined {
  const node = InsertQueryNode.is(statement)
    ? statement.into
    : UpdateQueryNode.is(statement)
      ? statement.table
      : DeleteQueryNode.is(statement)
        ? statement.from.froms[0]
        : undefined
  return node !== undefined && TableNode.is(node) ? node.table.identifier.name : undefined
}
