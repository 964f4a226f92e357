import { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Counts } from '../counts.ts'

interface Owner {
  readonly database: DatabaseSync
  readonly sql: string
}

/**
 * Loaded before a server of ours that is looked at and not timed: counts what it asks SQLite for, and tells the
 * process that started it.
 */
const counts = { statements: 0, flushes: 0 }
const owners = new WeakMap<StatementSync, Owner>()
let newest: Owner | undefined

const prepare = Object.getOwnPropertyDescriptor(DatabaseSync.prototype, 'prepare')
  ?.value as DatabaseSync['prepare']
DatabaseSync.prototype.prepare = function prepareCounted(this: DatabaseSync, ...given) {
  const statement = prepare.apply(this, given)
  newest = { database: this, sql: given[0] }
  owners.set(statement, newest)
  return statement
}

for (const name of ['run', 'all', 'get'] as const) {
  const original = Object.getOwnPropertyDescriptor(StatementSync.prototype, name)?.value as (
    ...given: unknown[]
  ) => unknown
  Object.defineProperty(StatementSync.prototype, name, {
    value(this: StatementSync, ...given: unknown[]) {
      counts.statements += 1
      const result = original.apply(this, given)
      const owner = owners.get(this)
      const isWrite = owner !== undefined && /^(?:insert|update|delete|commit)/.test(owner.sql)
      if (isWrite && !owner.database.isTransaction) counts.flushes += 1
      return result
    },
  })
}

process.on('message', ({ id }: { readonly id: number }) => {
  const answer: Counts = { ...counts, roundTrips: 0, rows: read('select total_changes()'), bytes: sizeOf() }
  process.send?.({ id, answer })
})

function sizeOf(): number {
  return read('select page_count * page_size from pragma_page_count, pragma_page_size')
}

function read(sql: string): number {
  if (newest === undefined) return 0
  const row = prepare.call(newest.database, sql).get() ?? {}
  return Number(Object.values(row)[0])
}
