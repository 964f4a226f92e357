import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import type pg from 'pg'

/** As `pg` tells of an answer that did not come within `query_timeout`. */
const NO_ANSWER = 'Query read timeout'

/**
 * A pool that lets go of a connection on which an answer did not come in time. `pg` itself keeps it, and
 * whoever is given it next would wait behind the statement that was given up; so would its own `rollback`.
 */
export function withoutSilentConnections(pool: pg.Pool): PostgresPool {
  return {
    options: pool.options,
    connect: async () => watched(await pool.connect()),
    end: () => pool.end(),
  }
}

function watched(client: pg.PoolClient): PostgresPoolClient {
  let silence: Error | undefined

  function query<Row>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>>
  function query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>
  function query<Row>(
    sql: string | PostgresCursor<Row>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<Row>> | PostgresCursor<Row> {
    if (typeof sql !== 'string') throw new TypeError('no cursor was configured')
    return ask<Row>(sql, parameters)
  }

  async function ask<Row>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>> {
    if (silence !== undefined) throw silence
    try {
      // Its types know neither that a row is of this type nor that a command is one of a few.
      const asked: pg.QueryArrayResult | pg.QueryResult = await client.query(sql, [...parameters])
      return asked as unknown as PostgresQueryResult<Row>
    } catch (error) {
      if (error instanceof Error && error.message === NO_ANSWER) silence = error
      throw error
    }
  }

  return { query, release: () => client.release(silence !== undefined) }
}
