import {
  closeSync,
  existsSync,
  globSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { flush } from '../flush.ts'
import { isSameSum, openRowSum, type RowSum } from '../row-sum.ts'
import { randomId } from '../secrets.ts'
import { StartError } from '../start-error.ts'
import { BACKUP_MARK, isBackup } from './backup-mark.ts'
import { databaseFile, whyUnusable } from './sqlite.ts'

/** Pages copied between two looks at the clock: 4 MB. */
const PAGES_OF_A_STEP = 1000
/** What a killed backup left is removed by a later one, when nobody can be writing it any more. */
const ABANDONED_AFTER_MS = 60 * 60 * 1000
/** Under which a backup remembers what is in it. */
export const MANIFEST = 'backup'

const manifestSchema = z.object({
  takenAt: z.number(),
  tables: z.record(z.string(), z.object({ rows: z.number(), checksum: z.string() })),
})

/** What a backup holds: by table, so that damage is found before anybody is let in by it. */
export type Manifest = z.infer<typeof manifestSchema>

/**
 * Copies the database of a directory to a file, while a server uses it: as it is at one moment, and verified. The
 * file appears whole, readable by its owner only, or not at all; a backup that it replaces stays until then.
 *
 * Nothing in the database is changed, not even when its tables are of an older version.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {StartError} when the file cannot be written, is there and no backup, or came out damaged
 */
export async function backUpTo(directory: string, to: string, now: number): Promise<Manifest> {
  const target = existsSync(to) ? realpathSync(to) : resolve(to)
  if (existsSync(target) && !isBackup(target)) {
    throw new StartError(`${to} is there and is not a backup of Ligature; nothing was written over it`)
  }
  const draft = `${target}.unfinished-${randomId()}`
  try {
    removeAbandoned(target, now)
    closeSync(openSync(draft, 'wx', 0o600))
    const manifest = await writeDraft(databaseFile(directory), draft, now)
    flush(draft)
    renameSync(draft, target)
    flush(dirname(target))
    return manifest
  } catch (error) {
    rmSync(draft, { force: true })
    rmSync(`${draft}-journal`, { force: true })
    throw inWords(error, to)
  }
}

function removeAbandoned(target: string, now: number): void {
  const folder = dirname(target)
  const prefix = `${basename(target)}.unfinished-`
  for (const name of globSync('*', { cwd: folder }).filter((each) => each.startsWith(prefix))) {
    const { mtimeMs } = statSync(join(folder, name), { throwIfNoEntry: false }) ?? { mtimeMs: now }
    if (mtimeMs < now - ABANDONED_AFTER_MS) rmSync(join(folder, name), { force: true })
  }
}

async function writeDraft(file: string, draft: string, now: number): Promise<Manifest> {
  const source = new DatabaseSync(file)
  try {
    source.exec('pragma busy_timeout = 5000')
    // One reading transaction from here to the end: the copy never has to begin anew because of what a server
    // writes meanwhile, and what is counted is what is copied.
    source.exec('begin')
    refuseHalfChanged(source)
    const tables = sumsOf(source)
    await backup(source, draft, { rate: PAGES_OF_A_STEP })
    const manifest = { takenAt: now, tables }
    finishDraft(draft, manifest)
    return manifest
  } finally {
    source.close()
  }
}

/** Between two master keys neither opens all of it. Tables of an older version know no such state. */
function refuseHalfChanged(source: DatabaseSync): void {
  const canBe = source.prepare(`select 1 from pragma_table_info('data_key') where name = 'wrapped_next'`)
  if (canBe.get() === undefined) return
  if (source.prepare('select 1 from data_key where wrapped_next is not null').get() === undefined) return
  throw new StartError(
    'a change of the master key is not finished. Run `ligature keys change-master-key` again, then back up',
  )
}

function finishDraft(draft: string, manifest: Manifest): void {
  const copy = new DatabaseSync(draft)
  try {
    // One file, without a log beside it.
    copy.exec('pragma journal_mode = delete')
    const faults = faultsIn(copy, manifest)
    if (faults.length > 0) throw new StartError(`the backup came out damaged: ${faults.join('; ')}`)
    copy.exec('begin')
    copy
      .prepare('insert or replace into deployment (name, value) values (?, ?)')
      .run(MANIFEST, JSON.stringify(manifest))
    copy.exec(`pragma application_id = ${BACKUP_MARK}`)
    copy.exec('commit')
  } finally {
    copy.close()
  }
}

/**
 * Looks whether a file is a backup of ours, and undamaged to the last row.
 *
 * @throws {StartError} when it is not
 */
export function readBackup(file: string, name: string): Manifest {
  const database = new DatabaseSync(file)
  try {
    const row = database.prepare('select value from deployment where name = ?').get(MANIFEST)
    const manifest = manifestSchema.parse(JSON.parse(String(row?.['value'])))
    const faults = faultsIn(database, manifest)
    if (faults.length === 0) return manifest
    throw new StartError(`${name} is damaged: ${faults.join('; ')}`)
  } catch (error) {
    if (error instanceof StartError) throw error
    throw new StartError(
      `${name} is damaged: ${error instanceof Error ? error.message : 'it cannot be read'}`,
    )
  } finally {
    database.close()
  }
}

function faultsIn(database: DatabaseSync, { tables }: Manifest): string[] {
  const integrity = database.prepare('pragma integrity_check(3)').all()
  const faults = integrity
    .map((row) => String(row['integrity_check']).replaceAll('\n', ', '))
    .filter((text) => text !== 'ok')
  if (faults.length > 0) return faults
  const orphans = database.prepare('pragma foreign_key_check').all().length
  const sums = sumsOf(database)
  const differing = [...new Set([...Object.keys(tables), ...Object.keys(sums)])].filter((table) => {
    const [expected, found] = [tables[table], sums[table]]
    return expected === undefined || found === undefined || !isSameSum(expected, found)
  })
  return [
    ...(orphans === 0 ? [] : [`${orphans} rows hang on ones that are not there`]),
    ...differing.map((table) => `the rows of ${table} are not those that were backed up`),
  ]
}

/** The sums of all tables; the manifest itself is left out. */
function sumsOf(database: DatabaseSync): Record<string, RowSum> {
  const tables = database
    .prepare(`select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\'`)
    .all()
    .map((row) => String(row['name']))
  return Object.fromEntries(
    tables.map((table) => {
      const isFacts = table === 'deployment'
      const statement = database.prepare(
        `select * from "${table}"${isFacts ? ` where name <> '${MANIFEST}'` : ''}`,
      )
      const sum = openRowSum()
      for (const row of statement.iterate()) sum.add(Object.values(row))
      return [table, sum.value()]
    }),
  )
}

/** What an operator can mend: no room, no permission, no such folder, a disk that fails. */
function inWords(error: unknown, to: string): unknown {
  if (error instanceof StartError || !(error instanceof Error)) return error
  const because = whyUnusable(error) ?? ('syscall' in error ? error.message : undefined)
  if (because === undefined) return error
  return new StartError(`no backup was made to ${to}: ${because}. An older backup there is as it was.`)
}
