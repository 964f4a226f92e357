import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { keyedColumns, sealedColumns } from './key-columns.ts'
import { readSource } from './testing/read-source.ts'
import { startServer } from './testing/server.ts'
import { addUserWithFactors } from './testing/factors.ts'
import { changeDemoPassword } from './testing/passwords.ts'
import { startTwo } from './testing/two-instances.ts'

/** Tables that a store speaks to; others are there for a room that does not exist yet. */
function tablesOfStores(): ReadonlySet<string> {
  const root = join(import.meta.dirname, '../..')
  const paths = globSync('server/src/**/*.store.ts', { cwd: root }).map((path) => path.replaceAll('\\', '/'))
  const sources = paths.map((path) => readSource(path, readFileSync(join(root, path), 'utf8')))
  return new Set(sources.flatMap(({ declares }) => declares))
}

const named = (columns: readonly { table: string; column: string }[]) =>
  columns.map(({ table, column }) => `${table}.${column}`).toSorted()

test('every column that is sealed or hangs on the master key is in its store’s list, and no other', async (t) => {
  const server = await startServer(t)
  const ofStores = tablesOfStores()
  const tables = await server.deployment.db.introspection.getTables()
  const columns = tables
    .filter(({ name }) => ofStores.has(name))
    .flatMap((table) => table.columns.map((column) => ({ table: table.name, column: column.name })))
  const whose = (ending: string) => columns.filter(({ column }) => column.endsWith(ending))

  expect(whose('_sealed').length).toBeGreaterThanOrEqual(5)
  expect(named(sealedColumns)).toEqual(named(whose('_sealed')))
  expect(named(keyedColumns)).toEqual(
    // These are keyed hashes and not called an index.
    [...named(whose('_index')), 'budget.key', 'password_guess.key', 'verification.code_hash'].toSorted(),
  )
})

test('the context of every sealed column is the one that its rows were sealed with', async (t) => {
  const { one } = await startTwo(t)
  await changeDemoPassword(one)
  await addUserWithFactors(one)
  const { db, vault } = one.deployment

  for (const { table, column, key, context } of sealedColumns) {
    const { rows } = await sql<Record<string, unknown>>`
      select * from ${sql.table(table)} where ${sql.ref(column)} is not null
    `.execute(db)
    expect(rows.length, `no row of ${table} was looked at`).toBeGreaterThan(0)
    for (const row of rows) {
      const values = new Map(Object.entries(row).map(([name, value]) => [name, String(value)]))
      const keyValues = Object.fromEntries(key.map((name) => [name, values.get(name) ?? '']))
      expect(() => vault.open(context(keyValues), values.get(column) ?? '')).not.toThrow()
    }
  }
})
