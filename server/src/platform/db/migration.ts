import { type Kysely, sql } from 'kysely'

/** One change of the tables. It knows no type of today's code, because it must still run in five years. */
export interface Migration {
  up(db: Kysely<unknown>): Promise<void>
}

export { sql }
