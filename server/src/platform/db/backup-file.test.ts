import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { newDataDirectory, newDirectory } from '../../testing/data-directory.ts'
import { backUpTo, readBackup } from './backup-file.ts'

test('a backup is of one moment, however much is written while it is made', async (t) => {
  const directory = await newDataDirectory(t, 'production')
  const server = new DatabaseSync(join(directory, 'ligature.db'))
  t.onTestFinished(() => server.close())
  server.exec('pragma synchronous = off')
  const insert = server.prepare(`insert into audit_event (id, at, kind, because) values (?, 0, 'filler', ?)`)
  let written = 0
  const write = (): void => {
    written += 1
    insert.run(`filler-${written}`, 'x'.repeat(1000))
  }
  server.exec('begin')
  for (let row = 0; row < 20_000; row++) write()
  server.exec('commit')
  const before = written
  const file = join(newDirectory(t), 'backup')

  const backup = { isDone: false }
  const made = backUpTo(directory, file, 1).finally(() => (backup.isDone = true))
  while (!backup.isDone) {
    write()
    await nextTurn()
  }
  const { tables } = await made

  expect(written).toBeGreaterThan(before + 10)
  expect(tables['audit_event']?.rows).toBe(before)
  expect(readBackup(file, file).tables).toEqual(tables)
  const copy = new DatabaseSync(file)
  expect(copy.prepare('select count(*) as rows from audit_event').get()).toEqual({ rows: before })
  copy.close()
})
