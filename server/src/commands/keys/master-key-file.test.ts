import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, type TestContext, vi } from 'vitest'
import { newDirectory } from '../../testing/data-directory.ts'
import { runLigature } from '../../testing/server-process.ts'
import { startServer } from '../../testing/server.ts'
import type { TestData } from '../../testing/test-data.ts'
import { CHANGE_MASTER_KEY, changeMasterKey, NEW_KEY, signIn, use } from '../../testing/used-data.ts'

// Processes are started one after the other, and some wait for seconds whether another one lives.
vi.setConfig({ testTimeout: 120_000 })

const KILLED_AT_STATEMENT = join(import.meta.dirname, '../../testing/killed-at-statement.ts')

describe('where the key is a file', () => {
  /** On the embedded database, which alone has a key file. */
  async function makeKeyFile(t: TestContext): Promise<{ file: string; data: TestData }> {
    const dataDirectory = newDirectory(t)
    const data: TestData = {
      settings: { dataDirectory, masterKey: undefined },
      process: { environment: { LIGATURE_DATA: dataDirectory } },
      remove: async () => undefined,
    }
    await use(t, data, 1)
    return { file: join(dataDirectory, 'master.key'), data }
  }

  async function expectWorking(t: TestContext, data: TestData): Promise<void> {
    const server = await startServer(t, { data })
    expect(await server.miniProgram().login('alice')).toMatchObject({ outcome: 'SUCCESS' })
    expect(await signIn(server, 'carol', '11012345678', '232326')).toMatchObject({ outcome: 'SUCCESS' })
    await server.stop()
  }

  test('a new one takes its place, and the old one is kept beside it', async (t) => {
    const { file, data } = await makeKeyFile(t)
    const oldKey = readFileSync(file, 'utf8')

    const { stdout } = await runLigature(t, CHANGE_MASTER_KEY, data.process)

    expect(stdout).toMatch(/done: \S+master\.key holds the new key; keep \S+ for as long as backups/)
    expect(readFileSync(file, 'utf8')).not.toBe(oldKey)
    const names = readdirSync(data.settings.dataDirectory).filter((name) => name.startsWith('master.key.'))
    expect(names).toEqual([expect.stringMatching(/^master\.key\.until-\d{8}T\d+Z$/)])
    expect(readFileSync(join(data.settings.dataDirectory, names[0] ?? ''), 'utf8')).toBe(oldKey)
    await expectWorking(t, data)
    writeFileSync(file, oldKey)
    const old = await runLigature(t, ['dev', '--port', '0'], data.process)
    expect(old.stderr).toContain('wrong master key')
  })

  test('one that is given takes its place', async (t) => {
    const { file, data } = await makeKeyFile(t)

    expect(await changeMasterKey(t, data)).toMatchObject({ code: 0 })

    expect(readFileSync(file, 'utf8')).toBe(`${NEW_KEY}\n`)
    await expectWorking(t, data)
  })

  test('a change that is killed around the file finds the key where it is', async (t) => {
    const kill = (data: TestData, statement: number) =>
      runLigature(t, CHANGE_MASTER_KEY, {
        preload: KILLED_AT_STATEMENT,
        environment: {
          ...data.process.environment,
          LIGATURE_TEST_KILLED_AT_STATEMENT: String(statement),
        },
      })
    const whole = await makeKeyFile(t)
    const statements = Number(/^statements (\d+)$/m.exec((await kill(whole.data, 0)).stderr)?.[1])
    const seen = new Set<string>()

    const finish = async (statement: number, losesFile: boolean): Promise<void> => {
      const { file, data } = await makeKeyFile(t)
      expect(await kill(data, statement)).toMatchObject({ signal: 'SIGKILL' })
      seen.add(existsSync(`${file}.next`) ? 'before' : 'after')
      // As if it had been killed between moving the old file away and the new one to its place.
      if (losesFile) renameSync(file, `${file}.until-20260105T080000000Z`)
      expect(await runLigature(t, CHANGE_MASTER_KEY, data.process)).toMatchObject({ code: 0 })
      expect(existsSync(`${file}.next`)).toBe(false)
      await expectWorking(t, data)
    }
    // So far from the end the file is moved; `seen` tells when that is no longer so.
    const around = [11, 10, 9, 8].map((back) => finish(statements - back, false))
    await Promise.all([...around, finish(statements - 12, true)])
    expect([...seen].toSorted()).toEqual(['after', 'before'])
  })
})
