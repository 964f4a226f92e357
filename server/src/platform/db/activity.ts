import type { CompiledQuery, DatabaseConnection, Dialect, Driver } from 'kysely'
import { ChangeWatch } from './change-watch.ts'
import { isStoreAway, isUndoneByOthers } from './store-away.ts'

/** What a statement does. `other`: locks, settings and the tables' changes. */
export type StatementKind =
  'select' | 'insert' | 'update' | 'delete' | 'begin' | 'commit' | 'rollback' | 'other'

/** Why something was not done. `undone`: by the database, because two transactions met; it is tried again. */
export type StoreFailure = 'away' | 'undone' | 'other'

/** Told of what the database does, as it happens. Lengths in milliseconds; never given a statement or a value. */
export interface StoreListener {
  onStatement(kind: StatementKind, tookMs: number): void
  onTransaction(end: 'committed' | 'rolled back', tookMs: number): void
  onFailure(of: StatementKind | 'connect', failure: StoreFailure): void
}

/** Connections of the pool at this moment. */
export interface PoolState {
  readonly inUse: number
  readonly idle: number
  /** Callers who wait for one. */
  readonly waiting: number
}

/** A view of the database from outside, for the metrics. */
export interface StoreActivity {
  readonly store: 'sqlite' | 'postgres'
  /** @returns `undefined` for the embedded database, which has one connection */
  pool(): PoolState | undefined
  /** Tells this listener from now on, instead of an earlier one. */
  listen(listener: StoreListener): void
}

/** Watches a dialect at work. Kysely's own log would make every statement wait for it. */
export class ActivityWatch {
  readonly #watched = new WeakSet<DatabaseConnection>()
  #listener: StoreListener | undefined

  listen(listener: StoreListener): void {
    this.#listener = listener
  }

  /** The same dialect, with its transactions and connections watched. */
  watched(dialect: Dialect): Dialect {
    const adapter = dialect.createAdapter()
    const changes = new ChangeWatch(adapter)
    return {
      createDriver: () => this.#watchedDriver(dialect.createDriver(), changes),
      createAdapter: () => adapter,
      createIntrospector: (db) => dialect.createIntrospector(db),
      createQueryCompiler: () => dialect.createQueryCompiler(),
    }
  }

  /** Puts itself around the statements of a connection, which are given out again and again. */
  #watch(connection: DatabaseConnection, changes: ChangeWatch): void {
    if (this.#watched.has(connection)) return
    this.#watched.add(connection)
    const execute = connection.executeQuery.bind(connection)
    connection.executeQuery = (query, options) => {
      const startedAt = performance.now()
      const result = execute<never>(query, options)
      const onEnd = (): StatementKind => {
        const kind = kindOf(query)
        this.#listener?.onStatement(kind, performance.now() - startedAt)
        return kind
      }
      result.then(onEnd, (error: unknown) => this.#listener?.onFailure(onEnd(), failureOf(error)))
      changes.note(connection, query.query, result)
      return result
    }
  }

  /** Puts itself around the methods of this driver that matter; the others stay as they are. */
  #watchedDriver(driver: Driver, changes: ChangeWatch): Driver {
    const begunAt = new WeakMap<DatabaseConnection, number>()
    const onEnd = (connection: DatabaseConnection, end: 'committed' | 'rolled back'): void => {
      const startedAt = begunAt.get(connection)
      begunAt.delete(connection)
      changes.onEnd(connection)
      if (startedAt !== undefined) this.#listener?.onTransaction(end, performance.now() - startedAt)
    }
    const acquire = driver.acquireConnection.bind(driver)
    const begin = driver.beginTransaction.bind(driver)
    const commit = driver.commitTransaction.bind(driver)
    const rollback = driver.rollbackTransaction.bind(driver)

    return Object.assign(driver, {
      acquireConnection: async (options) => {
        try {
          const connection = await acquire(options)
          this.#watch(connection, changes)
          return connection
        } catch (error) {
          this.#listener?.onFailure('connect', failureOf(error))
          throw error
        }
      },
      beginTransaction: async (connection, settings) => {
        begunAt.set(connection, performance.now())
        changes.onBegin(connection)
        await begin(connection, settings)
      },
      commitTransaction: async (connection) => {
        await commit(connection)
        onEnd(connection, 'committed')
      },
      rollbackTransaction: async (connection) => {
        await rollback(connection)
        onEnd(connection, 'rolled back')
      },
    } satisfies Partial<Driver>)
  }
}

const kinds: Readonly<Record<string, StatementKind>> = {
  SelectQueryNode: 'select',
  InsertQueryNode: 'insert',
  UpdateQueryNode: 'update',
  DeleteQueryNode: 'delete',
}

const ends = ['begin', 'commit', 'rollback'] as const

function kindOf({ query, sql }: CompiledQuery): StatementKind {
  return kinds[query.kind] ?? ends.find((word) => sql.startsWith(word)) ?? 'other'
}

function failureOf(error: unknown): StoreFailure {
  if (isStoreAway(error)) return 'away'
  return isUndoneByOthers(error) ? 'undone' : 'other'
}
