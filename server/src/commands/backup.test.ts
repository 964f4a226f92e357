import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test, type TestContext } from 'vitest'
import { newDataDirectory, newDirectory } from '../testing/data-directory.ts'
import {
  ALL_DEAD,
  bindPerson,
  holdProofs,
  presentProofs,
  programAt,
  userIdIn,
} from '../testing/held-proofs.ts'
import { isLongRun } from '../testing/how-long.ts'
import { prepareProduction } from '../testing/production.ts'
import { chosenSeed, seededRandom } from '../testing/seeded-random.ts'
import { runLigature, spawnLigature, startProcess } from '../testing/server-process.ts'
import { mountSmallDisk } from '../testing/small-disk.ts'
import { tracesIn } from '../testing/traces.ts'

const KILLED_AT_STATEMENT = join(import.meta.dirname, '../testing/killed-at-statement.ts')
const mobiles = Array.from({ length: 40 }, (_, index) => String(15_000_000_000 + index * 1_234_567))

function mobile(index: number): string {
  return mobiles[index] ?? ''
}

function backUp(t: TestContext, data: string, to: string) {
  return runLigature(t, ['backup', '--to', to, '--data', data])
}

function hashOf(file: string): string {
  return hash('sha256', readFileSync(file))
}

/** Another machine: a directory with the key in it, and the backup restored into it. */
async function restoreElsewhere(t: TestContext, dataDirectory: string, file: string): Promise<string> {
  const data = join(newDirectory(t), 'data')
  mkdirSync(data, { mode: 0o700 })
  copyFileSync(join(dataDirectory, 'master.key'), join(data, 'master.key'))
  const restored = await runLigature(t, ['restore', '--from', file, '--data', data])
  expect(restored).toMatchObject({ code: 0, stderr: '' })
  return data
}

test('a backup made while people sign in is whole elsewhere; what they held then or after it is dead', async (t) => {
  const production = await prepareProduction(t, mobiles)
  const { dataDirectory } = production.data.settings
  const server = await startProcess(t, production.args, production.options)
  const before = await holdProofs(server.url, production, ['alice', 'bob'], [mobile(0), mobile(1), mobile(2)])
  const bound = new Map<string, unknown>()
  const load = { isDone: false }
  const worker = async (from: number): Promise<void> => {
    for (let index = from; index < 36 && !load.isDone; index += 2) {
      const reply = await bindPerson(server.url, production, `person-${index}`, mobile(index))
      expect(reply).toMatchObject({ outcome: 'SUCCESS' })
      bound.set(`person-${index}`, userIdIn(reply))
    }
  }
  const workers = Promise.all([6, 7].map(worker))
  await expect.poll(() => bound.size).toBeGreaterThan(2)
  const boundBefore = [...bound]
  const file = join(newDirectory(t), 'ligature.backup')

  const { code, stdout, stderr } = await backUp(t, dataDirectory, file)
  load.isDone = true
  await workers
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain(`40 users`)
  expect(stdout).toContain(`it is in ${join(dataDirectory, 'master.key')}`)
  expect((statSync(file).mode & 0o777).toString(8)).toBe('600')
  expect(readdirSync(dirname(file))).toEqual(['ligature.backup'])
  const masterKey = Buffer.from(readFileSync(join(dataDirectory, 'master.key'), 'utf8'), 'base64')
  const secrets = [masterKey, ...mobiles].map((value, index) => ({ name: `secret ${index}`, value }))
  expect(tracesIn(dirname(file), secrets)).toEqual([])

  const after = await holdProofs(server.url, production, ['dora', 'emil'], [mobile(3), mobile(4), mobile(5)])
  expect((await server.kill('SIGTERM')).code).toBe(0)
  const data = await restoreElsewhere(t, dataDirectory, file)
  expect(readdirSync(data).toSorted()).toEqual(['ligature.db', 'master.key'])
  const there = await startProcess(t, [...production.args, '--data', data], production.options)

  expect(await presentProofs(there.url, before, 'frank')).toEqual(ALL_DEAD)
  expect(await presentProofs(there.url, after, 'grace')).toEqual(ALL_DEAD)
  const program = programAt(there.url)
  expect(await program.login('alice')).toMatchObject({ outcome: 'SUCCESS' })
  for (const [person, userId] of boundBefore) {
    const reply = await program.login(person)
    expect([reply.outcome, userIdIn(reply)]).toEqual(['SUCCESS', userId])
  }
  // Who was bound after the backup is known by his number still.
  expect(await program.login('dora')).toMatchObject({ outcome: 'SOCIAL_BIND' })
  const fresh = await bindPerson(there.url, production, 'somebody', mobile(38))
  expect([fresh.outcome, userIdIn(fresh)]).toEqual(['SUCCESS', production.userIds[38]])
  await there.kill('SIGTERM')
  expect(eventsIn(data, 'restored')).toEqual([
    expect.stringMatching(/^ended: sign_in \d+, session \d+, .*verification \d+/),
  ])
}, 60_000)

function eventsIn(data: string, kind: string): unknown[] {
  const database = new DatabaseSync(join(data, 'ligature.db'), { readOnly: true })
  const rows = database.prepare('select because from audit_event where kind = ?').all(kind)
  database.close()
  return rows.map((row) => row['because'])
}

test('between two master keys nothing is backed up', async (t) => {
  const data = await newDataDirectory(t, 'production')
  const database = new DatabaseSync(join(data, 'ligature.db'))
  database.exec('update data_key set wrapped_next = wrapped')
  database.close()
  const file = join(newDirectory(t), 'backup')

  const { code, stderr } = await backUp(t, data, file)

  expect(stderr).toBe(
    'ligature: a change of the master key is not finished. ' +
      'Run `ligature keys change-master-key` again, then back up\n',
  )
  expect([code, readdirSync(dirname(file))]).toEqual([1, []])
})

test('a newer backup takes the place of an older one; nothing else is written over', async (t) => {
  const data = await newDataDirectory(t, 'production')
  const file = join(newDirectory(t), 'daily')
  expect(await backUp(t, data, file)).toMatchObject({ code: 0 })
  const first = hashOf(file)
  expect(await backUp(t, data, file)).toMatchObject({ code: 0 })
  expect(hashOf(file)).not.toBe(first)

  const folder = newDirectory(t)
  writeFileSync(join(folder, 'notes.txt'), 'mine')
  for (const target of [
    join(data, 'ligature.db'),
    join(data, 'master.key'),
    join(folder, 'notes.txt'),
    folder,
  ]) {
    const is = existsSync(target) && statSync(target).isFile() ? hashOf(target) : ''
    const { code, stderr } = await backUp(t, data, target)
    expect(stderr).toBe(
      `ligature: ${target} is there and is not a backup of Ligature; nothing was written over it\n`,
    )
    expect([code, is === '' ? '' : hashOf(target)]).toEqual([1, is])
  }
  expect(readdirSync(data).toSorted()).toEqual(['ligature.db', 'master.key'])
}, 60_000)

test('a place that cannot be written, data that are not there, and PostgreSQL are told in a sentence', async (t) => {
  const data = await newDataDirectory(t, 'production')
  const nowhere = join(newDirectory(t), 'no', 'such', 'folder', 'backup')
  // Root may write in any directory but one that is no disk's.
  for (const target of [nowhere, '/sys/ligature.backup']) {
    const { code, stderr } = await backUp(t, data, target)
    expect(code).toBe(1)
    expect(stderr).toMatch(new RegExp(`^ligature: no backup was made to ${target}: E[A-Z]+: .*\n$`))
  }

  const empty = newDirectory(t)
  const nothing = await backUp(t, empty, join(newDirectory(t), 'backup'))
  expect(nothing.stderr).toContain(`there is no database in ${empty}`)
  expect(readdirSync(empty)).toEqual([])

  const database = { environment: { LIGATURE_DATABASE: 'postgres://nobody:secret@127.0.0.1:1/none' } }
  const postgres = await runLigature(t, ['backup', '--to', "it's.dump"], database)
  expect(postgres.code).toBe(1)
  expect(postgres.stderr).toContain(
    String.raw`pg_dump --format=custom --file='it'\''s.dump' --dbname="$LIGATURE_DATABASE"`,
  )
  expect(postgres.stderr).not.toContain('secret')
}, 60_000)

test('on a full disk the older backup stays, and nothing beside it', async (t) => {
  const disk = mountSmallDisk(t, 4)
  if (disk === undefined) return t.skip('a full disk: this machine does not let us mount a small one')
  const data = await newDataDirectory(t, 'production')
  const file = join(disk.directory, 'backup')
  expect(await backUp(t, data, file)).toMatchObject({ code: 0 })
  const before = hashOf(file)
  disk.fill()

  const { code, stderr } = await backUp(t, data, file)

  expect(code).toBe(1)
  expect(stderr).toContain(`no backup was made to ${file}: `)
  expect(stderr).toMatch(/full|ENOSPC/)
  expect(hashOf(file)).toBe(before)
  expect(readdirSync(disk.directory).toSorted()).toEqual(['backup', 'filler'])
  disk.clear()
  expect(await backUp(t, data, file)).toMatchObject({ code: 0 })
  return undefined
}, 60_000)

test('killed at any moment, a backup leaves the older one, or is whole', async (t) => {
  const data = await newDataDirectory(t, 'production')
  enlarge(data)
  const file = join(newDirectory(t), 'backup')
  expect(await backUp(t, data, file)).toMatchObject({ code: 0 })
  const seed = chosenSeed()
  process.stdout.write(`seed ${seed}\n`)
  const random = seededRandom(seed)
  const statements = Number(/^statements (\d+)$/m.exec((await backUpUntil(t, data, file, 0)).stderr)?.[1])
  expect(statements).toBeGreaterThan(20)

  for (let round = 0; round < (isLongRun ? 2 * statements : 6); round++) {
    const before = hashOf(file)
    await backUpUntil(t, data, file, 1 + random.below(statements))
    expect(hashOf(file)).toBe(before)
  }
  for (let round = 0; round < (isLongRun ? 30 : 4); round++) {
    const running = spawnLigature(t, ['backup', '--to', file, '--data', data])
    while (!hasDraft(file) && !(await isOver(running.exit))) await delay(1)
    await delay(random.below(60))
    await running.kill('SIGKILL')
    const empty = join(newDirectory(t), 'data')
    mkdirSync(empty)
    copyFileSync(join(data, 'master.key'), join(empty, 'master.key'))
    expect(await runLigature(t, ['restore', '--from', file, '--data', empty])).toMatchObject({ code: 0 })
  }
}, 120_000)

function backUpUntil(t: TestContext, data: string, file: string, killedAtStatement: number) {
  return runLigature(t, ['backup', '--to', file, '--data', data], {
    preload: KILLED_AT_STATEMENT,
    environment: { LIGATURE_TEST_KILLED_AT_STATEMENT: String(killedAtStatement) },
  })
}

function hasDraft(file: string): boolean {
  return readdirSync(dirname(file)).some((name) => name.includes('.unfinished-'))
}

function isOver(exit: Promise<unknown>): Promise<boolean> {
  return Promise.race([exit.then(() => true), delay(1).then(() => false)])
}

/** So that a backup takes some time. */
function enlarge(data: string): void {
  const database = new DatabaseSync(join(data, 'ligature.db'))
  database.exec('begin')
  const insert = database.prepare(
    `insert into audit_event (id, at, kind, because) values (?, 0, 'filler', ?)`,
  )
  for (let row = 0; row < 20_000; row++) insert.run(`filler-${row}`, 'x'.repeat(200))
  database.exec('commit')
  database.close()
}

test('a backup changes nothing in the data, and a later one tidies up after one that was killed', async (t) => {
  const data = await newDataDirectory(t, 'production')
  const file = join(newDirectory(t), 'backup')
  const before = hashOf(join(data, 'ligature.db'))
  writeFileSync(`${file}.unfinished-old`, 'left')
  const twoHoursAgo = new Date(Date.now() - 2 * 60 * 60 * 1000)
  utimesSync(`${file}.unfinished-old`, twoHoursAgo, twoHoursAgo)
  writeFileSync(`${file}.unfinished-new`, 'being written')

  expect(await backUp(t, data, file)).toMatchObject({ code: 0 })

  expect(hashOf(join(data, 'ligature.db'))).toBe(before)
  expect(readdirSync(dirname(file)).toSorted()).toEqual(['backup', 'backup.unfinished-new'])
}, 60_000)
