import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import type pg from 'pg'
import { nameOf } from './statement-names.ts'

/** As `pg` tells of an answer that did not come within `query_timeout`. */
const NO_ANSWER = 'Query read timeout'

export const BEGIN = 'begin'

/** What is known of the other end of a connection. */
export interface OtherEnd {
  /** It is PostgreSQL itself and no pooler, so that what it is told stays with the connection. */
  readonly keepsSession: boolean
  /** Begins a transaction that cannot wait for ever. */
  readonly begin: string
}

/**
 * Makes of a pool one that lets go of a connection on which an answer did not come in time: `pg` itself keeps it, and
 * whoever is given it next would wait behind the statement that was given up; so would its own `rollback`.
 *
 * Statements that have a name are kept by a server that keeps them.
 */
export function asPostgresPool(pool: pg.Pool, otherEndOf: (client: pg.ClientBase) => OtherEnd): PostgresPool {
  return {
    options: pool.options,
    connect: async () => {
      const client = await pool.connect()
      return asPoolClient(client, otherEndOf(client))
    },
    end: () => pool.end(),
  }
}

function asPoolClient(client: pg.PoolClient, { keepsSession, begin }: OtherEnd): PostgresPoolClient {
  let silence: Error | undefined
  const holdBack = sendingTogether(client)

  function query<Row>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>>
  function query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>
  function query<Row>(
    sql: string | PostgresCursor<Row>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<Row>> | PostgresCursor<Row> {
    if (typeof sql !== 'string') throw new TypeError('no cursor was configured')
    return ask<Row>(sql === BEGIN ? begin : sql, parameters)
  }

  async function ask<Row>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>> {
    if (silence !== undefined) throw silence
    const name = keepsSession ? nameOf(sql) : undefined
    holdBack()
    try {
      // Its types know neither that a row is of this type nor that a command is one of a few.
      const asked: pg.QueryArrayResult | pg.QueryResult = await client.query({
        text: sql,
        values: [...parameters],
        ...(name !== undefined && { name }),
      })
      return asked as unknown as PostgresQueryResult<Row>
    } catch (error) {
      if (error instanceof Error && error.message === NO_ANSWER) silence = error
      throw error
    }
  }

  return { query, release: () => client.release(silence !== undefined) }
}

/** @returns what has a connection send nothing until all is said that is to be said now; then it is one packet */
function sendingTogether({ connection }: pg.PoolClient): () => void {
  let isHeldBack = false
  return () => {
    if (isHeldBack) return
    isHeldBack = true
    const { stream } = connection
    stream.cork()
    // After all promises that can go on without an answer.
    process.nextTick(() => {
      isHeldBack = false
      stream.uncork()
    })
  }
}
