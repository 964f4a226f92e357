import {
  CompiledQuery,
  type DatabaseConnection,
  PostgresAdapter,
  PostgresDialect,
  PostgresDriver,
} from 'kysely'
import pg from 'pg'
import { z } from 'zod'
import type { PoolState } from './activity.ts'
import { withoutSilentConnections } from './silent-connections.ts'

const SECOND_MS = 1000

/** Connections of one process. PostgreSQL does more work with a few busy ones than with many waiting. */
const MAX_CONNECTIONS = 20
/** How long a request waits for a connection, one that has to be made included. */
const CONNECTION_WITHIN_MS = SECOND_MS
/** How long one statement may wait for somebody else's row. */
const LOCK_WITHIN_MS = 2 * SECOND_MS
/** How long one statement may take in all. */
const STATEMENT_WITHIN_MS = 4 * SECOND_MS
/** How long a transaction may take in all. */
const TRANSACTION_WITHIN_MS = 6 * SECOND_MS
/** For the client: what a server that is gone, or cut off, never answers. */
const ANSWER_WITHIN_MS = 5 * SECOND_MS

const INT8 = 20

/**
 * Kysely's dialect over `pg`. Nothing needs a session of the server's: limits are set for each transaction, no
 * statement has a name, and locks end with their transaction; so a pooler may stand in between.
 *
 * @param url `postgres://user:password@host:5432/database?sslmode=verify-full`
 */
export function postgresDialect(url: string): { readonly dialect: PostgresDialect; pool(): PoolState } {
  // Counts and moments come back as numbers; all of ours are whole and far below 2^53.
  const types = new pg.TypeOverrides()
  types.setTypeParser(INT8, Number)
  const pool = new pg.Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECTION_WITHIN_MS,
    query_timeout: ANSWER_WITHIN_MS,
    keepAlive: true,
    // Statements of which none waits for another go to the server together.
    pipeline: true,
    types,
  })
  // Without a listener of its own, a connection that dies (in the pool or in use) ends the process.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return {
    dialect: new PoolerFriendlyDialect({ pool: withoutSilentConnections(pool) }),
    pool: () => ({
      inUse: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
  }
}

class PoolerFriendlyDialect extends PostgresDialect {
  readonly #config: ConstructorParameters<typeof PostgresDriver>[0]

  constructor(config: ConstructorParameters<typeof PostgresDriver>[0]) {
    super(config)
    this.#config = config
  }

  override createDriver(): PostgresDriver {
    return new LimitedDriver(this.#config)
  }

  override createAdapter(): PostgresAdapter {
    return new QuietAdapter()
  }
}

/** A transaction that cannot wait for ever, whatever happens to this process or to the others. */
class LimitedDriver extends PostgresDriver {
  #begin: string | undefined

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    this.#begin ??= beginWithin(limitsOf(await versionOf(connection)))
    // The first statement need not wait for it, and fails when this does.
    connection.executeQuery(CompiledQuery.raw(this.#begin)).catch(() => undefined)
  }
}

function beginWithin(limits: Readonly<Record<string, number>>): string {
  const settings = Object.entries(limits).map(([name, ms]) => `set local ${name} = ${ms}`)
  return ['begin', ...settings].join('; ')
}

/**
 * A connection that falls silent between two messages of one statement is neither idle nor busy for the server:
 * only the limit of the whole transaction, which PostgreSQL has since 17, frees its locks then.
 */
function limitsOf(version: number): Readonly<Record<string, number>> {
  return {
    lock_timeout: LOCK_WITHIN_MS,
    statement_timeout: STATEMENT_WITHIN_MS,
    idle_in_transaction_session_timeout: STATEMENT_WITHIN_MS,
    ...(version >= 170_000 && { transaction_timeout: TRANSACTION_WITHIN_MS }),
  }
}

/** By a function and not by `show`, which a pooler may take for itself. */
const shownVersion = z.object({ version: z.coerce.number() })

async function versionOf(connection: DatabaseConnection): Promise<number> {
  const { rows } = await connection.executeQuery(
    CompiledQuery.raw(`select current_setting('server_version_num') as version`),
  )
  return shownVersion.parse(rows[0]).version
}

/** The migrations are run in a transaction that holds their lock already; see `open-database.ts`. */
class QuietAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}
