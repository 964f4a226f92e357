import type { Vault } from '../vault/vault.ts'
import type { CopiedTable, Row } from './table-fate.ts'

/** Blind indices under one master key, with those of the same addresses under another. */
export type NewIndices = ReadonlyMap<string, string>

/** A row with its sealed texts in clear; it is compared, and goes nowhere. */
export function openRow(vault: Vault, table: CopiedTable, row: Row): Row {
  return changeSealed(table, row, (context, sealed) => vault.open(context, sealed))
}

/** A row in clear as the deployment of this vault keeps it. */
export function sealRow(vault: Vault, table: CopiedTable, row: Row): Row {
  return changeSealed(table, row, (context, text) => vault.seal(context, text))
}

/** A row with its blind indices under the other master key; one of an address that nobody has is emptied. */
export function reindexRow(table: CopiedTable, row: Row, newIndices: NewIndices): Row {
  const changed: Record<string, Row[string]> = { ...row }
  for (const [column, empty] of Object.entries(table.indices ?? {})) {
    changed[column] = newIndices.get(textOf(row, column)) ?? empty
  }
  return changed
}

/** @returns the blind indices in a row */
export function indicesOf(table: CopiedTable, row: Row): string[] {
  return Object.keys(table.indices ?? {})
    .map((column) => textOf(row, column))
    .filter((index) => index !== '')
}

function changeSealed(table: CopiedTable, row: Row, change: (context: string, text: string) => string): Row {
  const changed: Record<string, Row[string]> = { ...row }
  for (const { column, key, context } of table.sealed ?? []) {
    const text = row[column]
    if (typeof text !== 'string') continue
    const keyOf = Object.fromEntries(key.map((name) => [name, textOf(row, name)]))
    changed[column] = change(context(keyOf), text)
  }
  return changed
}

function textOf(row: Row, column: string): string {
  return String(row[column] ?? '')
}
