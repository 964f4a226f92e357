/**
 * A column whose texts are sealed. Each store lists its own, so that a new data key reaches every row: what
 * stands in no list would keep the old key alive for ever. A column that is sealed is called `…_sealed`, and
 * a test compares the lists with the tables.
 */
export interface SealedColumn<Key extends string = string> {
  readonly table: string
  readonly column: string
  /** The columns that name a row, all of them text. */
  readonly key: readonly Key[]
  /** What the vault was told when it sealed the text of this row. */
  context(row: Readonly<Record<Key, string>>): string
}
