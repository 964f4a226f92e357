import type { Db } from '../db/index.ts'
import type { Vault } from './vault.ts'

/**
 * A column that holds keyed hashes: who has another master key computes other ones, so what stands there is
 * of no use after a change of it, or has to be computed again. Each store lists its own. One that addresses are
 * found by is called `…_index`, and a test compares the lists with the tables.
 *
 * `key` is the column that names a row: text.
 */
export interface KeyedColumn {
  readonly table: string
  readonly column: string
  readonly whenMasterKeyChanges:
    | { readonly is: 'computed again'; readonly by: (db: Db, vault: Vault) => Promise<KeyedChange> }
    /** What it was computed from is known nowhere: the rest of the row stays. */
    | { readonly is: 'emptied'; readonly as: null | ''; readonly key: string }
    | { readonly is: 'removed with its row'; readonly key: string }
}

/** What computing again came to. */
export interface KeyedChange {
  readonly rows: number
  /** Rows that had to go because what they were computed from is not known. */
  readonly removed: number
  /** Rows that do not open; they are left as they were. */
  readonly unreadable: number
}
