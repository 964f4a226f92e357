import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest'
import { openDeployment } from '../deployment.ts'
import { copy, type CopyOptions, emptyTarget, makeLarge, statementsOf } from '../testing/copying.ts'
import { newDataDirectory, newDirectory } from '../testing/data-directory.ts'
import { type Postgres, startPostgres } from '../testing/postgres.ts'
import { runLigature, startProcess } from '../testing/server-process.ts'
import type { TestData } from '../testing/test-data.ts'

let postgres: Postgres
beforeAll(async () => {
  postgres = await startPostgres({ isDurable: false })
}, 60_000)
afterAll(() => postgres.remove())

describe('what is not right stops a copy in one sentence', () => {
  async function expectRefusal(
    t: TestContext,
    from: string,
    target: TestData,
    says: string,
    options: CopyOptions = {},
  ) {
    const { code, stdout, stderr } = await copy(t, from, target, options)
    expect(stderr.replace(/^statements \d+\n/m, '')).toMatch(/^ligature: [^\n]+\n$/)
    expect(stderr).toContain(says)
    expect([code, stdout]).toEqual([1, ''])
  }

  test('a server that runs on the source, even one that does nothing', async (t) => {
    const from = await newDataDirectory(t, 'production')
    const server = await startProcess(t, ['start', '--log', 'silent', '--data', from])
    const target = await emptyTarget(t, postgres.url)

    await expectRefusal(t, from, target, `${from} is in use: stop what runs on it, and try again`)
    await server.kill('SIGTERM')
    expect(await copy(t, from, target)).toMatchObject({ code: 0 })
  }, 60_000)

  test('a target with users, or for development', async (t) => {
    const from = await newDataDirectory(t, 'production')
    const target = await emptyTarget(t, postgres.url)
    const input = '{"user_name":"li"}\n'
    expect(await runLigature(t, ['users', 'import', '-'], { ...target.process, input })).toMatchObject({
      code: 0,
    })
    await expectRefusal(t, from, target, 'the target is not empty: it holds 1 rows of user')

    const development = await emptyTarget(t, postgres.url)
    await (await openDeployment(development.settings, 'development', 0)).close()
    await expectRefusal(t, from, development, 'the target is for development; a copy goes to production')
  }, 60_000)

  test('a key that is wrong or missing, a target that is no PostgreSQL, a source that is not there', async (t) => {
    const from = await newDataDirectory(t, 'production')
    const target = await emptyTarget(t, postgres.url)
    const other = Buffer.alloc(32, 9).toString('base64')
    await expectRefusal(t, from, target, 'holds another key than the one this database was made with', {
      environment: { LIGATURE_FROM_MASTER_KEY: other },
    })
    const { settings } = target
    const without = await runLigature(t, ['copy', '--from', from, '--to', settings.database ?? ''])
    expect(without.stderr).toContain('no master key: set LIGATURE_MASTER_KEY to the output of')
    expect(without).toMatchObject({ code: 1, stdout: '' })
    const empty = newDirectory(t)
    await expectRefusal(t, empty, target, `there is no database in ${empty}`)
    const nowhere = await runLigature(t, ['copy', '--from', from])
    expect(nowhere.stderr).toContain('a copy goes from a directory (--from) to a PostgreSQL database (--to)')
  }, 60_000)

  test('another source than the one that was begun, and one that was used in between', async (t) => {
    const from = await makeLarge(t, 600)
    const target = await emptyTarget(t, postgres.url)
    const statements = statementsOf(await copy(t, from, await emptyTarget(t, postgres.url)))
    // Late enough that all users were copied, the one that is disabled below among them.
    const killedAtStatement = Math.floor(statements * 0.8)
    expect(await copy(t, from, target, { killedAtStatement })).toMatchObject({ signal: 'SIGKILL' })

    const other = await newDataDirectory(t, 'production')
    await expectRefusal(
      t,
      other,
      target,
      'the copy into this database that is not finished is of another deployment',
    )
    expect(await runLigature(t, ['users', 'disable', 'user-0', '--data', from])).toMatchObject({ code: 0 })
    await expectRefusal(
      t,
      from,
      target,
      'the copy is not what was copied: user has 600 rows with the checksum',
    )
    await expectRefusal(t, from, target, 'the copy is not what was copied: ')
  }, 60_000)
})

test('a source whose key is in no file is opened with the one in the environment', async (t) => {
  const from = await newDataDirectory(t, 'production')
  const key = join(from, 'master.key')
  const masterKey = readFileSync(key, 'utf8').trim()
  writeFileSync(key, '')
  const target = await emptyTarget(t, postgres.url)

  const copied = await copy(t, from, target, { environment: { LIGATURE_FROM_MASTER_KEY: masterKey } })

  expect(copied).toMatchObject({ code: 0 })
}, 60_000)
