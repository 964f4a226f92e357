import { chmodSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newDirectory } from '../../testing/data-directory.ts'
import { type Migration, sql } from './migration.ts'
import { openDatabase } from './open-database.ts'

const first: Migration = {
  up: (db) => db.schema.createTable('first').addColumn('id', 'text').execute(),
}
const second: Migration = {
  up: (db) => db.schema.createTable('second').addColumn('id', 'text').execute(),
}

/** The same change, cut off after its first statement. */
const brokenOff: Migration = {
  async up(db) {
    await second.up(db)
    throw new Error('the plug was pulled')
  },
}

test('a change of the tables that breaks off leaves nothing, and the next start makes it whole', async (t) => {
  const directory = newDirectory(t)
  await (await openDatabase({ kind: 'sqlite', directory }, { '0001-first': first })).close()

  const breaking = openDatabase(
    { kind: 'sqlite', directory },
    { '0001-first': first, '0002-second': brokenOff },
  )
  await expect(breaking).rejects.toThrow('the plug was pulled')

  const { db, close } = await openDatabase(
    { kind: 'sqlite', directory },
    { '0001-first': first, '0002-second': second },
  )
  const tables = (await db.introspection.getTables()).map(({ name }) => name)
  expect(tables.toSorted()).toEqual(['first', 'second'])
  await close()
})

test('a commit is flushed before it is acknowledged, and references are kept', async (t) => {
  const { db, close } = await openDatabase({ kind: 'sqlite', directory: newDirectory(t) }, {})
  const read = async (pragma: 'synchronous' | 'journal_mode' | 'foreign_keys') => {
    const { rows } = await sql<Record<string, unknown>>`pragma ${sql.raw(pragma)}`.execute(db)
    return rows[0]?.[pragma]
  }

  const FULL = 2
  expect(await read('synchronous')).toBe(FULL)
  expect(await read('journal_mode')).toBe('wal')
  expect(await read('foreign_keys')).toBe(1)
  await close()
})

test('a database that a copy made readable for all is closed to others again', async (t) => {
  const directory = newDirectory(t)
  await (await openDatabase({ kind: 'sqlite', directory }, {})).close()
  const file = join(directory, 'ligature.db')
  chmodSync(file, 0o644)

  await (await openDatabase({ kind: 'sqlite', directory }, {})).close()

  expect(statSync(file).mode & 0o777).toBe(0o600)
})
