import type { DatabaseConnection, Dialect, Driver, LogEvent } from 'kysely'
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

/** Watches a dialect at work. */
export class ActivityWatch {
  #listener: StoreListener | undefined

  listen(listener: StoreListener): void {
    this.#listener = listener
  }

  /** For Kysely's `log`. */
  readonly onStatement = (event: LogEvent): void => {
    if (this.#listener === undefined) return
    const kind = kindOf(event.query)
    this.#listener.onStatement(kind, event.queryDurationMillis)
    if (event.level === 'error') this.#listener.onFailure(kind, failureOf(event.error))
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
          changes.watch(connection)
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

function kindOf({ query, sql }: LogEvent['query']): StatementKind {
  return kinds[query.kind] ?? ends.find((word) => sql.startsWith(word)) ?? 'other'
}

function failureOf(error: unknown): StoreFailure {
  if (isStoreAway(error)) return 'away'
  return isUndoneByOthers(error) ? 'undone' : 'other'
}
