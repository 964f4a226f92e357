import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BackedUp, directoryWithKey, makeBackedUp, restore } from '../testing/backed-up.ts'
import { newDirectory } from '../testing/data-directory.ts'
import { runLigature } from '../testing/server-process.ts'

const OTHER_KEY = Buffer.alloc(32, 7).toString('base64')

describe('what is not right stops a restore in one sentence, and nothing is put in place', () => {
  interface Wrong {
    readonly what: string
    readonly says: string
    readonly environment?: Readonly<Record<string, string>>
    spoilFile?(file: string): void
    spoilDirectory?(directory: string): void
  }

  const inText = (file: string, spoil: (bytes: Buffer) => void) => {
    const bytes = readFileSync(file)
    spoil(bytes)
    writeFileSync(file, bytes)
  }
  const wrongs: readonly Wrong[] = [
    { what: 'no file', says: 'there is no file', spoilFile: (file) => rmSync(file) },
    {
      what: 'a folder',
      says: 'is not a backup made by `ligature backup`',
      spoilFile(file) {
        rmSync(file)
        mkdirSync(file)
      },
    },
    {
      what: 'a file that is no database',
      says: 'is not a backup made by `ligature backup`',
      spoilFile: (file) => writeFileSync(file, 'x'.repeat(5000)),
    },
    {
      what: 'an empty file',
      says: 'is not a backup made by `ligature backup`',
      spoilFile: (file) => writeFileSync(file, ''),
    },
    {
      what: 'a database of somebody else',
      says: 'is not a backup made by `ligature backup`',
      spoilFile(file) {
        rmSync(file)
        const database = new DatabaseSync(file)
        database.exec('create table deployment (name text, value text)')
        database.close()
      },
    },
    {
      what: 'a file that ends in its middle',
      says: 'is damaged: ',
      spoilFile: (file) => truncateSync(file, (statSync(file).size / 8192) * 4096),
    },
    {
      what: 'a letter of a name that has become another',
      says: 'is damaged: ',
      spoilFile: (file) =>
        inText(file, (bytes) => {
          // Every place where it stands, so that its index agrees with it.
          for (let at = bytes.indexOf('user-123'); at >= 0; at = bytes.indexOf('user-123', at)) {
            bytes.write('user-x23', at)
          }
        }),
    },
    {
      what: 'pages that were overwritten',
      says: 'is damaged: ',
      spoilFile: (file) => inText(file, (bytes) => bytes.fill(0xff, 8 * 4096, 12 * 4096)),
    },
    {
      what: 'another master key in the environment',
      says: 'wrong master key: LIGATURE_MASTER_KEY holds another key than the one this database was made with',
      environment: { LIGATURE_MASTER_KEY: OTHER_KEY },
    },
    {
      what: 'another master key in the file',
      says: 'holds another key than the one this database was made with',
      spoilDirectory: (directory) => writeFileSync(join(directory, 'master.key'), OTHER_KEY),
    },
    {
      what: 'no master key',
      says: 'the master key is missing: ',
      spoilDirectory: (directory) => rmSync(join(directory, 'master.key')),
    },
    {
      what: 'a directory with something in it',
      says: 'is not empty (it holds notes.txt). A restore writes over nothing',
      spoilDirectory: (directory) => writeFileSync(join(directory, 'notes.txt'), ''),
    },
    {
      what: 'a directory with a database in it',
      says: 'is not empty (it holds ligature.db). A restore writes over nothing',
      spoilDirectory: (directory) => writeFileSync(join(directory, 'ligature.db'), 'mine'),
    },
    {
      what: 'a database of PostgreSQL',
      says: 'PostgreSQL is restored with pg_restore',
      environment: { LIGATURE_DATABASE: 'postgres://nobody@127.0.0.1:1/none' },
    },
  ]

  let backedUp: BackedUp
  const closes: (() => void | Promise<void>)[] = []
  beforeAll(async () => {
    backedUp = await makeBackedUp({ onTestFinished: (close) => void closes.push(close) })
  })
  afterAll(async () => {
    for (const close of closes) await close()
  })

  test.for(wrongs)('$what', async (wrong, t) => {
    const directory = directoryWithKey(t, backedUp)
    const file = join(newDirectory(t), 'backup')
    copyFileSync(backedUp.file, file)
    wrong.spoilFile?.(file)
    wrong.spoilDirectory?.(directory)
    const before = readdirSync(directory)

    const { code, stdout, stderr } = await restore(t, file, directory, { ...wrong.environment })

    expect(stderr).toContain(wrong.says)
    expect(stderr).toMatch(/^ligature: [^\n]+\n$/)
    expect([code, stdout, readdirSync(directory)]).toEqual([1, '', before])
  })
})

test('a backup that a newer version made is refused', async (t) => {
  const { data } = await makeBackedUp(t)
  const database = new DatabaseSync(join(data, 'ligature.db'))
  database.exec(`insert into kysely_migration values ('9999-from-the-future', '2999-01-01T00:00:00.000Z')`)
  database.close()
  const file = join(newDirectory(t), 'newer')
  expect(await runLigature(t, ['backup', '--to', file, '--data', data])).toMatchObject({ code: 0 })
  const directory = directoryWithKey(t, { data, file })

  const { code, stderr } = await restore(t, file, directory)

  expect(stderr).toContain('made by a newer version of Ligature (it holds the change 9999-from-the-future)')
  expect([code, readdirSync(directory)]).toEqual([1, ['master.key']])
}, 60_000)
