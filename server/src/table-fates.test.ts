import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { newDataDirectory } from './testing/data-directory.ts'
import { tableFates } from './table-fates.ts'

interface Table {
  readonly name: string
  readonly columns: readonly string[]
  readonly key: readonly string[]
  readonly parents: readonly string[]
}

/** The tables as the migrations make them. */
async function tablesOf(t: TestContext): Promise<Table[]> {
  const directory = await newDataDirectory(t, 'production')
  const database = new DatabaseSync(join(directory, 'ligature.db'))
  const names = database
    .prepare(`select name from sqlite_master where type = 'table' and name not like 'kysely%'`)
    .all()
    .map((row) => String(row['name']))
  const tables = names.map((name) => {
    const columns = database.prepare(`select name, pk from pragma_table_info(?)`).all(name)
    const key = columns.filter(({ pk }) => Number(pk) > 0)
    return {
      name,
      columns: columns.map((column) => String(column['name'])),
      key: key
        .toSorted((one, other) => Number(one['pk']) - Number(other['pk']))
        .map((row) => String(row['name'])),
      parents: database
        .prepare(`select "table" as parent from pragma_foreign_key_list(?)`)
        .all(name)
        .map((row) => String(row['parent'])),
    }
  })
  database.close()
  return tables
}

test('every table has a fate, and every fate a table', async (t) => {
  const names = (await tablesOf(t)).map(({ name }) => name)

  expect(names.length).toBeGreaterThan(15)
  expect(tableFates.map(({ table }) => table).toSorted()).toEqual(names.toSorted())
})

test('of every table that is copied the key is known, and each column that is sealed or an index', async (t) => {
  const tables = new Map((await tablesOf(t)).map((table) => [table.name, table]))
  const copied = tableFates.flatMap(({ table, whenCopied }) =>
    whenCopied === 'left' ? [] : [{ table, ...whenCopied }],
  )

  expect(copied.length).toBeGreaterThan(10)
  for (const { table, key, sealed = [], indices = {} } of copied) {
    const columns = tables.get(table)?.columns ?? []
    expect({
      table,
      key,
      sealed: sealed.map(({ column }) => column),
      indices: Object.keys(indices),
      hashes: [],
    }).toEqual({
      table,
      key: tables.get(table)?.key,
      sealed: columns.filter((column) => column.endsWith('_sealed')),
      indices: columns.filter((column) => column.endsWith('_index')),
      // What is hashed under a key cannot be copied.
      hashes: columns.filter((column) => column.endsWith('_hash')),
    })
    expect(sealed.every((each) => each.table === table)).toBe(true)
  }
})

test('no row is copied before one that it hangs on, nor without it', async (t) => {
  const parents = new Map((await tablesOf(t)).map((table) => [table.name, table.parents]))
  const copied = tableFates.filter(({ whenCopied }) => whenCopied !== 'left').map(({ table }) => table)

  const early = copied.flatMap((table, place) =>
    (parents.get(table) ?? []).filter((parent) => !copied.slice(0, place).includes(parent)),
  )
  expect(early).toEqual([])
  expect(copied.flatMap((table) => parents.get(table) ?? []).length).toBeGreaterThan(3)
})
