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
import { asPostgresPool, BEGIN, type OtherEnd } from './postgres-client.ts'

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
 * Kysely's dialect over `pg`. Nothing needs a session of the server's, so a pooler may stand in between: then limits
 * are set for each transaction, and no statement has a name. PostgreSQL itself is told both once.
 *
 * @param url `postgres://user:password@host:5432/database?sslmode=verify-full`
 */
export function postgresDialect(url: string): { readonly dialect: PostgresDialect; pool(): PoolState } {
  // Counts and moments come back as numbers; all of ours are whole and far below 2^53.
  const types = new pg.TypeOverrides()
  types.setTypeParser(INT8, Number)
  const otherEnds = new WeakMap<pg.ClientBase, OtherEnd>()
  // The pool waits for it before it gives the connection to anybody, though its type does not say so.
  const onConnect: (client: pg.ClientBase) => unknown = async (client) => {
    otherEnds.set(client, await meet(client))
  }
  const pool = new pg.Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECTION_WITHIN_MS,
    query_timeout: ANSWER_WITHIN_MS,
    keepAlive: true,
    // Statements of which none waits for another go to the server together.
    pipeline: true,
    types,
    onConnect,
  })
  // Without a listener of its own, a connection that dies (in the pool or in use) ends the process.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  const otherEndOf = (client: pg.ClientBase): OtherEnd => {
    const otherEnd = otherEnds.get(client)
    if (otherEnd === undefined) throw new Error('a connection was given out before it was looked at')
    return otherEnd
  }
  return {
    dialect: new PoolerFriendlyDialect({ pool: asPostgresPool(pool, otherEndOf) }),
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
    return new EagerDriver(this.#config)
  }

  override createAdapter(): PostgresAdapter {
    return new QuietAdapter()
  }
}

/** Does not wait for a transaction to begin: its first statement goes with that, and fails when that does. */
class EagerDriver extends PostgresDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    connection.executeQuery(CompiledQuery.raw(BEGIN)).catch(() => undefined)
  }
}

const introduction = z.object({ pid: z.number(), version: z.coerce.number() })

/**
 * Looks at what a new connection leads to: the process that it is said to be at its start is the one that answers,
 * unless a pooler speaks for many.
 */
async function meet(client: pg.ClientBase): Promise<OtherEnd> {
  // By functions and not by `show`, which a pooler may take for itself.
  const asked = await client.query(
    `select pg_backend_pid() as pid, current_setting('server_version_num') as version`,
  )
  const { pid, version } = introduction.parse(asked.rows[0])
  const limits = limitsOf(version)
  if (!('processID' in client) || client.processID !== pid) {
    return { keepsSession: false, begin: [BEGIN, ...settings('set local', limits)].join('; ') }
  }
  await client.query(settings('set', limits).join('; '))
  return { keepsSession: true, begin: BEGIN }
}

function settings(command: 'set' | 'set local', limits: Readonly<Record<string, number>>): string[] {
  return Object.entries(limits).map(([name, ms]) => `${command} ${name} = ${ms}`)
}

/**
 * A transaction that cannot wait for ever, whatever happens to this process or to the others. A connection that falls
 * silent between two messages of one statement is neither idle nor busy for the server: only the limit of the whole
 * transaction, which PostgreSQL has since 17, frees its locks then.
 */
function limitsOf(version: number): Readonly<Record<string, number>> {
  return {
    lock_timeout: LOCK_WITHIN_MS,
    statement_timeout: STATEMENT_WITHIN_MS,
    idle_in_transaction_session_timeout: STATEMENT_WITHIN_MS,
    ...(version >= 170_000 && { transaction_timeout: TRANSACTION_WITHIN_MS }),
  }
}

/** The migrations are run in a transaction that holds their lock already; see `open-database.ts`. */
class QuietAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}
