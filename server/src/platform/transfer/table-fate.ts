import type { Tx } from '../db/index.ts'
import type { SealedColumn } from '../vault/sealed-column.ts'

/** What becomes of a table when its deployment is restored from a backup, or copied to another database. */
export interface TableFate {
  readonly table: string
  /**
   * `kept`: what was true when the backup was made is true again. `emptied`: nothing in it counts any more.
   * A function ends what was open, and tells how many there were.
   */
  readonly whenRestored: 'kept' | 'emptied' | ((tx: Tx, now: number) => Promise<number>)
  /** `left`: it stays behind. */
  readonly whenCopied: 'left' | CopiedTable
}

/** How the rows of a table go to a deployment with another master key. */
export interface CopiedTable {
  /** The columns that name a row, all of them text. */
  readonly key: readonly string[]
  /** Opened with the one vault, sealed with the other. */
  readonly sealed?: readonly SealedColumn[]
  /** The blind indices of addresses: computed anew where a user has the address, else emptied. */
  readonly indices?: Readonly<Record<string, null | ''>>
  /** An operator made it, and not the people who signed in. */
  readonly isConfiguration: boolean
  /** Whether development made the row, and not its developer. */
  isOfDemo?(row: Row): boolean
}

export type Row = Readonly<Record<string, string | number | null>>
