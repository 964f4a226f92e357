import type { Kysely, Transaction } from 'kysely'
import type { Tables } from './tables.ts'

/** The database. Single statements run on it; a store that needs more asks for a `Tx`. */
export type Db = Kysely<Tables>

/** An open transaction. */
export type Tx = Transaction<Tables>
