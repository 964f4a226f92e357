import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { Counts } from '../counts.ts'
import { statements, type StatementName, tables } from './statements.ts'

export type Row = Readonly<Record<string, unknown>>

/** SQLite as the product has it: write-ahead log, every commit on disk before it is told of. */
export interface Store {
  run(name: StatementName, ...values: SQLInputValue[]): number
  get(name: StatementName, ...values: SQLInputValue[]): Row | undefined
  /**
   * Does something in a transaction that all share who wait at this moment, and tells what came of it once that
   * is committed. One flush of the disk serves all of them.
   */
  commit<Result>(act: () => Result): Promise<Result>
  counts(): Counts
}

interface Waiting {
  act(): void
  settle(error: unknown): void
}

export function openStore(directory: string): Store {
  const database = new DatabaseSync(join(directory, 'floor.db'))
  database.exec('pragma journal_mode = wal; pragma synchronous = full')
  database.exec('pragma cache_size = -32768; pragma wal_autocheckpoint = 8000')
  database.exec(tables)
  const names = Object.keys(statements) as StatementName[]
  const prepared = new Map<StatementName, StatementSync>(
    names.map((name) => [name, database.prepare(statements[name])]),
  )
  const begin = database.prepare('begin immediate')
  const end = database.prepare('commit')
  const size = database.prepare(
    `select total_changes() as rows, page_count * page_size as bytes from pragma_page_count, pragma_page_size`,
  )
  const counts = { statements: 0, flushes: 0 }
  let waiting: Waiting[] = []

  const commitAll = (): void => {
    const group = waiting
    waiting = []
    let failure: unknown
    try {
      begin.run()
      for (const { act } of group) act()
      end.run()
      counts.flushes += 1
      counts.statements += 2
    } catch (error) {
      if (database.isTransaction) database.exec('rollback')
      failure = error
    }
    for (const { settle } of group) settle(failure)
  }
  const statement = (name: StatementName): StatementSync => {
    counts.statements += 1
    const found = prepared.get(name)
    if (found === undefined) throw new Error(name)
    return found
  }

  return {
    run: (name, ...values) => Number(statement(name).run(...values).changes),
    get: (name, ...values) => statement(name).get(...values),
    commit<Result>(act: () => Result) {
      const { promise, resolve, reject } = Promise.withResolvers<Result>()
      let settle: () => void
      waiting.push({
        act() {
          const result = act()
          settle = () => resolve(result)
        },
        settle: (error) => (error === undefined ? settle() : reject(error)),
      })
      if (waiting.length === 1) setImmediate(commitAll)
      return promise
    },
    counts() {
      const { rows, bytes } = size.get() ?? {}
      return { ...counts, roundTrips: 0, rows: Number(rows), bytes: Number(bytes) }
    },
  }
}
