import {
  CompiledQuery,
  type DatabaseConnection,
  PostgresAdapter,
  PostgresDialect,
  PostgresDriver,
} from 'kysely'
import pg from 'pg'

const SECOND_MS = 1000

/** Connections of one process. PostgreSQL does more work with a few busy ones than with many waiting. */
const MAX_CONNECTIONS = 20
/** How long a request waits for a connection, one that has to be made included. */
const CONNECTION_WITHIN_MS = SECOND_MS
/** How long one statement may wait for somebody else's row. */
const LOCK_WITHIN_MS = 2 * SECOND_MS
/** How long one statement may take in all. */
const STATEMENT_WITHIN_MS = 4 * SECOND_MS
/** For the client: what a server that is gone, or cut off, never answers. */
const ANSWER_WITHIN_MS = 5 * SECOND_MS

const INT8 = 20

/**
 * Kysely's dialect over `pg`. Nothing needs a session of the server's: limits are set for each transaction, no
 * statement has a name, and locks end with their transaction; so a pooler may stand in between.
 *
 * @param url `postgres://user:password@host:5432/database?sslmode=verify-full`
 */
export function postgresDialect(url: string): PostgresDialect {
  // Counts and moments come back as numbers; all of ours are whole and far below 2^53.
  const types = new pg.TypeOverrides()
  types.setTypeParser(INT8, Number)
  const pool = new pg.Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECTION_WITHIN_MS,
    query_timeout: ANSWER_WITHIN_MS,
    keepAlive: true,
    types,
  })
  // Without a listener of its own, a connection that dies (in the pool or in use) ends the process.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return new PoolerFriendlyDialect({ pool })
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
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(
      CompiledQuery.raw(
        `begin; set local lock_timeout = ${LOCK_WITHIN_MS}; set local statement_timeout = ${STATEMENT_WITHIN_MS}; ` +
          `set local idle_in_transaction_session_timeout = ${STATEMENT_WITHIN_MS}`,
      ),
    )
  }
}

/** The migrations are run in a transaction that holds their lock already; see `open-database.ts`. */
class QuietAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}
