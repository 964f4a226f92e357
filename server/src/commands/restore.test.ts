import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { RESTORE_WORK } from '../deployment.ts'
import { directoryWithKey, makeBackedUp, restore } from '../testing/backed-up.ts'
import { newDirectory } from '../testing/data-directory.ts'
import { earlierSchemas, makeEarlierData } from '../testing/earlier-schema.ts'
import { isLongRun } from '../testing/how-long.ts'
import { runLigature, startProcess } from '../testing/server-process.ts'
import { mountSmallDisk } from '../testing/small-disk.ts'
import { startServer } from '../testing/server.ts'
import { standingClock } from '../testing/test-clock.ts'

const KILLED_AT_STATEMENT = join(import.meta.dirname, '../testing/killed-at-statement.ts')

test('a directory that is not there is made; a key in the environment is not written to it', async (t) => {
  const backedUp = await makeBackedUp(t)
  const masterKey = readFileSync(join(backedUp.data, 'master.key'), 'utf8').trim()
  const directory = join(newDirectory(t), 'new', 'data')

  const { code, stdout } = await restore(t, backedUp.file, directory, { LIGATURE_MASTER_KEY: masterKey })

  expect(code).toBe(0)
  expect(stdout).toMatch(/^restored, as it was at 2\d{3}-/)
  expect(readdirSync(directory)).toEqual(['ligature.db'])
  expect((statSync(join(directory, 'ligature.db')).mode & 0o777).toString(8)).toBe('600')
  expect((statSync(directory).mode & 0o777).toString(8)).toBe('700')
}, 60_000)

test('it has to be said where the data are, once', async (t) => {
  for (const args of [['restore'], ['restore', '--from', 'x', '--in-place']]) {
    const { code, stderr } = await runLigature(t, args)
    expect([code, stderr]).toEqual([
      1,
      'ligature: say where the data are: --from FILE, or --in-place when they are there already\n',
    ])
  }
})

test.for(earlierSchemas)('a backup of an older version is brought up to date, from %s', async (schema, t) => {
  const { data, earlier } = await makeEarlierData(t, schema)
  const file = join(newDirectory(t), 'backup')
  const before = readFileSync(join(data.settings.dataDirectory, 'ligature.db'))
  const backedUp = await runLigature(t, ['backup', '--to', file], data.process)
  expect(backedUp).toMatchObject({ code: 0, stderr: '' })
  expect(readFileSync(join(data.settings.dataDirectory, 'ligature.db')).equals(before)).toBe(true)

  const dataDirectory = join(newDirectory(t), 'data')
  const environment = { LIGATURE_MASTER_KEY: earlier.masterKey }
  expect(await restore(t, file, dataDirectory, environment)).toMatchObject({ code: 0 })

  const server = await startServer(t, {
    data: { ...data, settings: { dataDirectory, masterKey: earlier.masterKey } },
    clock: standingClock(earlier.madeAt + 1000),
  })
  expect(await server.miniProgram().login('alice')).toMatchObject({ outcome: 'SUCCESS' })
  const { liveSession, openSignIn } = earlier.things
  const refreshed = await server.miniProgram().call('sso/session-token/id-token', {
    headers: { 'session-token': liveSession.token },
  })
  expect(refreshed).toMatchObject({ outcome: 'IDAAS.SDK.PARAM.0023' })
  const { stateToken, code, ...address } = openSignIn
  const bind = await server.miniProgram().call('social/bind', {
    headers: { 'X-state-token': stateToken },
    body: { ...address, verify_code: code },
  })
  expect(bind).toMatchObject({ outcome: 'IDAAS.SDK.COMMON.1007' })
})

test('killed at any statement, a restore leaves nothing to serve, and the next one is whole', async (t) => {
  const backedUp = await makeBackedUp(t)
  const run = (directory: string, killedAtStatement: number) =>
    runLigature(t, ['restore', '--from', backedUp.file, '--data', directory], {
      preload: KILLED_AT_STATEMENT,
      environment: { LIGATURE_TEST_KILLED_AT_STATEMENT: String(killedAtStatement) },
    })
  const whole = await run(directoryWithKey(t, backedUp), 0)
  const statements = Number(/^statements (\d+)$/m.exec(whole.stderr)?.[1])
  expect(statements).toBeGreaterThan(30)

  const step = isLongRun ? 1 : Math.ceil(statements / 4)
  for (let statement = 1; statement <= statements; statement += step) {
    const directory = directoryWithKey(t, backedUp)
    expect(await run(directory, statement)).toMatchObject({ signal: 'SIGKILL' })
    expect(existsSync(join(directory, 'ligature.db'))).toBe(false)
    for (const command of [
      ['start', '--port', '0'],
      ['users', 'show', 'user-1'],
    ]) {
      const refused = await runLigature(t, [...command, '--data', directory])
      expect(refused.stderr).toContain(
        `a restore into ${directory} is not finished: run \`ligature restore\` again`,
      )
      expect(refused.code).toBe(1)
    }
    expect(await run(directory, 0)).toMatchObject({ code: 0 })
    expect(readdirSync(directory).toSorted()).toEqual(['ligature.db', 'master.key'])
  }
  const data = directoryWithKey(t, backedUp)
  await restore(t, backedUp.file, data)
  expect((await runLigature(t, ['users', 'show', '13800000123', '--data', data])).stdout).toContain(
    '"user-123"',
  )
}, 120_000)

test('on a full disk nothing is put in place', async (t) => {
  const disk = mountSmallDisk(t, 1)
  if (disk === undefined) return t.skip('a full disk: this machine does not let us mount a small one')
  const backedUp = await makeBackedUp(t)
  copyFileSync(join(backedUp.data, 'master.key'), join(disk.directory, 'master.key'))
  const before = readdirSync(disk.directory)
  expect(statSync(backedUp.file).size).toBeGreaterThan(200_000)
  writeFileSync(join(disk.directory, RESTORE_WORK), Buffer.alloc(900_000))

  const { code, stderr } = await restore(t, backedUp.file, disk.directory)

  expect(stderr).toMatch(/^ligature: [^\n]*(?:ENOSPC|disk is full)[^\n]*\n$/)
  expect([code, readdirSync(disk.directory)]).toEqual([1, [...before, RESTORE_WORK]])
  rmSync(join(disk.directory, RESTORE_WORK))
  return undefined
}, 60_000)

test('of two restores into one directory one is in place', async (t) => {
  const backedUp = await makeBackedUp(t)
  const directory = directoryWithKey(t, backedUp)

  const exits = await Promise.all([1, 2, 3].map(() => restore(t, backedUp.file, directory)))

  expect(exits.filter(({ code }) => code === 0)).toHaveLength(1)
  for (const { stderr } of exits) expect(stderr).toMatch(/^(?:ligature: [^\n]+\n)?$/)
  expect(await runLigature(t, ['users', 'show', 'user-7', '--data', directory])).toMatchObject({ code: 0 })
  expect(existsSync(join(directory, 'ligature.db'))).toBe(true)
}, 60_000)

test('a backup that was copied into a directory is not served before it is restored in place', async (t) => {
  const backedUp = await makeBackedUp(t)
  const directory = directoryWithKey(t, backedUp)
  copyFileSync(backedUp.file, join(directory, 'ligature.db'))

  for (const command of [
    ['start', '--port', '0'],
    ['users', 'show', 'user-1'],
  ]) {
    const { code, stderr } = await runLigature(t, [...command, '--data', directory])
    expect(stderr).toContain(
      'is a backup that was copied here. Sessions and codes that have ended since would',
    )
    expect(code).toBe(1)
  }
  const inPlace = await runLigature(t, ['restore', '--in-place', '--data', directory])
  expect(inPlace).toMatchObject({ code: 0, stderr: '' })
  expect(inPlace.stdout).toMatch(/^restored\nended: /)
  const server = await startProcess(t, ['start', '--log', 'silent', '--data', directory])
  expect((await fetch(`${server.url}/ready`)).status).toBe(200)
}, 60_000)

test('data that a server runs on are not restored in place', async (t) => {
  const { data } = await makeBackedUp(t)
  const server = await startProcess(t, ['start', '--log', 'silent', '--data', data])

  const { code, stderr } = await runLigature(t, ['restore', '--in-place', '--data', data])

  expect(stderr).toBe(`ligature: ${data} is in use: stop what runs on it, and try again\n`)
  expect(code).toBe(1)
  expect((await fetch(`${server.url}/ready`)).status).toBe(200)
}, 60_000)
