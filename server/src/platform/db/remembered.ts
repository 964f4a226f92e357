import type { DialectAdapter } from 'kysely'
import { ChangeWatch } from './change-watch.ts'
import type { Tables } from './tables.ts'
import { connectionOf } from './transaction.ts'
import type { Db, Tx } from './types.ts'

/** So soon a change that another process has made counts here, on the clock of the machine. */
export const REMEMBERED_FOR_MS = 500
const MOST_REMEMBERED = 10_000

/**
 * Reads what an operator sets, and remembers it for half a second: it hangs on every request, and hardly ever
 * changes. What this process changes counts at once. What is not there is not remembered, so that strangers cannot
 * fill the memory with names of theirs.
 *
 * @param tables those that it is read from
 */
export function remembered<Value>(
  tables: readonly (keyof Tables)[],
  read: (db: Db | Tx, key: string) => Promise<Value | undefined>,
): (db: Db | Tx, key: string) => Promise<Value | undefined> {
  ChangeWatch.lookFor(tables)
  const byDatabase = new WeakMap<
    DialectAdapter,
    Map<string, { readonly value: Value; readonly readAt: number }>
  >()

  return async (db, key) => {
    // A database has one adapter, which its transactions share.
    const { adapter } = db.getExecutor()
    const changes = ChangeWatch.of(adapter)
    // A transaction that has changed something sees what nobody else does yet.
    const isOwnView = db.isTransaction && changes?.hasChanged(connectionOf(db)) !== false
    if (changes === undefined || isOwnView) return read(db, key)

    const known = byDatabase.get(adapter) ?? new Map<string, { value: Value; readAt: number }>()
    byDatabase.set(adapter, known)
    const now = performance.now()
    const found = known.get(key)
    if (
      found !== undefined &&
      now - found.readAt < REMEMBERED_FOR_MS &&
      found.readAt > changes.lastAt(tables)
    ) {
      return found.value
    }
    const value = await read(db, key)
    if (known.size >= MOST_REMEMBERED) known.clear()
    if (value !== undefined) known.set(key, { value, readAt: now })
    return value
  }
}
