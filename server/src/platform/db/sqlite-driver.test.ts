import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { Kysely, type SqliteDatabase, SqliteDialect, SqliteAdapter } from 'kysely'
import { expect, test, type TestContext } from 'vitest'
import { newDirectory } from '../../testing/data-directory.ts'
import { SharedCommitDriver } from './sqlite-driver.ts'

interface Notes {
  readonly note: { id: number; about: number | null }
}

/** The driver over a real file, which tells how often it commits. */
function openNotes(t: TestContext) {
  const file = join(newDirectory(t), 'notes.db')
  const other = new DatabaseSync(file)
  t.onTestFinished(() => other.close())
  other.exec('pragma journal_mode = wal')
  other.exec(
    'create table note (id integer primary key, about integer references note (id) deferrable initially deferred)',
  )
  return {
    ...openFile(t, file),
    again: () => openFile(t, file),
    /** As another process sees it. */
    onDisk: () =>
      other
        .prepare('select id from note order by id')
        .all()
        .map((row) => row['id']),
  }
}

function openFile(t: TestContext, file: string) {
  const [writer, reader] = [new DatabaseSync(file), new DatabaseSync(file)]
  writer.exec('pragma foreign_keys = on')
  let commits = 0
  const counting = plainly(writer, (sql) => (commits += Number(sql === 'commit')))
  const dialect = new SqliteDialect({ database: counting })
  const db = new Kysely<Notes>({
    dialect: {
      createDriver: () => new SharedCommitDriver(file, counting, plainly(reader), () => writer.isTransaction),
      createAdapter: () => new ManyConnections(),
      createIntrospector: (of) => dialect.createIntrospector(of),
      createQueryCompiler: () => dialect.createQueryCompiler(),
    },
  })
  t.onTestFinished(() => db.destroy())
  return {
    db,
    commits: () => commits,
    insert: (id: number, about: number | null = null) =>
      db.transaction().execute(async (tx) => {
        await tx.insertInto('note').values({ id, about }).execute()
        // Something else than the database is waited for.
        if (id % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
      }),
  }
}

class ManyConnections extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true
  }
}

function plainly(database: DatabaseSync, onRun: (sql: string) => void = () => undefined): SqliteDatabase {
  return {
    prepare(sql) {
      const statement = database.prepare(sql)
      const given = (parameters: readonly unknown[]) => parameters as SQLInputValue[]
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...given(parameters)),
        iterate: (parameters) => statement.iterate(...given(parameters)),
        run(parameters) {
          onRun(sql)
          return statement.run(...given(parameters))
        },
      }
    },
    close: () => database.close(),
  }
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

test('those that come together share one commit, and each finds its own on the disk when it hears of it', async (t) => {
  const { insert, commits, onDisk } = openNotes(t)

  await Promise.all(
    upTo(50).map(async (id) => {
      await insert(id)
      expect(onDisk()).toContain(id)
    }),
  )

  expect(onDisk()).toHaveLength(50)
  expect(commits()).toBeLessThan(5)
})

test('one that comes alone has its own at once', async (t) => {
  const { insert, commits, onDisk } = openNotes(t)
  for (const id of upTo(3)) {
    await insert(id)
    expect(onDisk()).toEqual(upTo(id))
  }
  expect(commits()).toBe(3)
})

test('one that fails takes back what is its own, and nothing of the others', async (t) => {
  const { db, insert, onDisk } = openNotes(t)
  const fail = () =>
    db.transaction().execute(async (tx) => {
      await tx.insertInto('note').values({ id: 2, about: null }).execute()
      throw new Error('not wanted')
    })

  const results = await Promise.allSettled([insert(1), fail(), insert(3)])

  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(onDisk()).toEqual([1, 3])
})

test('what is not committed is seen by no reader', async (t) => {
  const { db, onDisk } = openNotes(t)
  const count = async () => (await db.selectFrom('note').select('id').execute()).length
  const inTheMiddle = await db.transaction().execute(async (tx) => {
    await tx.insertInto('note').values({ id: 1, about: null }).execute()
    return { itself: (await tx.selectFrom('note').select('id').execute()).length, others: await count() }
  })

  expect(inTheMiddle).toEqual({ itself: 1, others: 0 })
  expect(await count()).toBe(1)
  expect(onDisk()).toEqual([1])
})

test('a commit that fails fails for all who share it, and the next one succeeds', async (t) => {
  const { insert, onDisk } = openNotes(t)

  // What it is about is looked for at the commit, and is not there.
  const results = await Promise.allSettled([insert(1), insert(2, 99), insert(3)])

  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(onDisk()).toEqual([])
  await insert(1)
  expect(onDisk()).toEqual([1])
})

test('where SQLite ends the whole transaction, all who share it hear of it', async (t) => {
  const { db, insert, onDisk } = openNotes(t)
  await insert(7)
  const end = () =>
    db
      .transaction()
      .execute((tx) => tx.insertInto('note').orRollback().values({ id: 7, about: null }).execute())

  const results = await Promise.allSettled([insert(1), end(), insert(3)])

  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
  expect(onDisk()).toEqual([3, 7])
})

test('a statement outside of a transaction is one of its own, and shares the commit as well', async (t) => {
  const { db, commits, onDisk } = openNotes(t)

  await Promise.all(upTo(20).map((id) => db.insertInto('note').values({ id, about: null }).execute()))
  await expect(db.insertInto('note').values({ id: 1, about: null }).execute()).rejects.toThrow('UNIQUE')

  expect(onDisk()).toEqual(upTo(20))
  expect(commits()).toBeLessThan(5)
})

test('two of one process that have the same file open do not wait for each other', async (t) => {
  const { insert, onDisk, again } = openNotes(t)
  const second = again()

  await Promise.all(upTo(20).map((id) => (id % 2 === 0 ? insert(id) : second.insert(id))))

  expect(onDisk()).toEqual(upTo(20))
})
