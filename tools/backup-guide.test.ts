import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { tableFates } from '../server/src/table-fates.ts'
import { newDataDirectory, newDirectory } from '../server/src/testing/data-directory.ts'
import { startInstalledPostgres } from '../server/src/testing/installed-postgres.ts'
import { startPostgres } from '../server/src/testing/postgres.ts'
import { runLigature, startProcess } from '../server/src/testing/server-process.ts'
import { emptyDatabase } from '../server/src/testing/test-data.ts'
import { blocksOf, loadPage } from './documents/pages.ts'
import { root } from './run.ts'

const GUIDE = 'docs/guide/backup-and-restore.md'
const USERS = '{"user_name":"lisi","mobile":{"value":"13900139000","verified":true}}\n'

/** The commands of the guide, in order. */
function commandsOfGuide(): Record<
  'backUp' | 'restore' | 'inPlace' | 'dump' | 'restoreDump' | 'copy',
  string
> {
  const blocks = blocksOf(loadPage(GUIDE)).map(({ language, text }) => (language === 'sh' ? text : ''))
  const [backUp = '', restore = '', inPlace = '', dump = '', restoreDump = '', copy = '', ...more] = blocks
  expect(more).toEqual([])
  return { backUp, restore, inPlace, dump, restoreDump, copy }
}

/** A place where somebody follows the guide: a deployment in `data`, and its key in `safe`. */
async function makePlace(t: TestContext): Promise<string> {
  const place = newDirectory(t)
  const program = join(root, 'server/src/main.ts')
  writeFileSync(join(place, 'ligature'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, {
    mode: 0o755,
  })
  for (const folder of ['data', 'safe', 'backups']) mkdirSync(join(place, folder))
  const data = await newDataDirectory(t, 'production')
  for (const file of ['ligature.db', 'master.key']) copyFileSync(join(data, file), join(place, 'data', file))
  copyFileSync(join(data, 'master.key'), join(place, 'safe', 'master.key'))
  const imported = await runLigature(t, ['users', 'import', '-', '--data', join(place, 'data')], {
    input: USERS,
  })
  expect(imported).toMatchObject({ code: 0 })
  return place
}

function follow(place: string, commands: string, environment: Readonly<Record<string, string>> = {}): string {
  const env = { PATH: process.env['PATH'], ...environment }
  const { status, stdout, stderr } = spawnSync('sh', ['-euc', commands], {
    cwd: place,
    encoding: 'utf8',
    env,
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout
}

test('the commands for the embedded database do what the guide says, beside a running server', async (t) => {
  const { backUp, restore, inPlace } = commandsOfGuide()
  const place = await makePlace(t)
  const server = await startProcess(t, ['start', '--log', 'silent', '--data', join(place, 'data')])

  expect(follow(place, backUp)).toContain('backed up to ./backups/ligature.backup: 1 users')
  expect(follow(place, restore)).toMatch(/^restored, as it was at /)
  expect(follow(place, inPlace)).toMatch(/^restored\n/)

  await server.kill('SIGTERM')
  const restored = join(place, 'restored')
  const there = await startProcess(t, ['start', '--log', 'silent', '--data', restored])
  expect((await fetch(`${there.url}/ready`)).status).toBe(200)
  expect((await runLigature(t, ['users', 'show', 'lisi', '--data', restored])).stdout).toContain(
    '+86-13900139000',
  )
}, 60_000)

test('the commands for PostgreSQL do what the guide says', async (t) => {
  const postgres = await startInstalledPostgres(t)
  if (postgres === undefined)
    return t.skip('pg_dump: this machine has no PostgreSQL server and tools of one version')
  const { copy, dump, restoreDump } = commandsOfGuide()
  const place = await makePlace(t)
  const [used, restored] = [await emptyDatabase(postgres.url), await emptyDatabase(postgres.url)]
  const environment = {
    ...used.process.environment,
    PATH: `${postgres.tools}:${process.env['PATH']}`,
    RESTORED_DATABASE: String(restored.settings.database),
  }

  expect(follow(place, copy, environment)).toContain('copied user: 1 rows')
  expect(follow(place, dump, environment)).toBe('')
  expect(follow(place, restoreDump, environment)).toMatch(/^restored\nended: /)

  const server = await startProcess(t, ['start', '--log', 'silent'], restored.process)
  expect((await fetch(`${server.url}/ready`)).status).toBe(200)
  expect((await runLigature(t, ['users', 'show', 'lisi'], restored.process)).stdout).toContain(
    '+86-13900139000',
  )
  return undefined
}, 60_000)

test('the copy of the guide does what the guide says on the PostgreSQL of the tests', async (t) => {
  const postgres = await startPostgres({ isDurable: false })
  t.onTestFinished(() => postgres.remove())
  const place = await makePlace(t)
  const target = await emptyDatabase(postgres.url)

  const { environment = {} } = target.process
  expect(follow(place, commandsOfGuide().copy, environment)).toContain(
    'copied user_address: 1 rows, checksum ',
  )
  expect((await runLigature(t, ['users', 'show', 'lisi'], target.process)).stdout).toContain(
    '+86-13900139000',
  )
}, 60_000)

test('the guide says of every table whether it is copied', () => {
  const rows = [...loadPage(GUIDE).matchAll(/^\| (`\w+`(?:, `\w+`)*) +\| (yes|no)\b/gm)]
  const told = rows.flatMap(([, tables = '', answer]) =>
    [...tables.matchAll(/\w+/g)].map(([table]) => [table, answer === 'yes'] as const),
  )

  expect(Object.fromEntries(told)).toEqual(
    Object.fromEntries(tableFates.map(({ table, whenCopied }) => [table, whenCopied !== 'left'])),
  )
})
