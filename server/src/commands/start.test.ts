import { hash } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { type Mode, openExistingDeployment } from '../deployment.ts'
import { saveGateway } from '../messages/index.ts'
import { inTransaction } from '../platform/db/index.ts'
import { savePolicy } from '../platform/policy/index.ts'
import { newDataDirectory, newDirectory } from '../testing/data-directory.ts'
import { runLigature, startProcess } from '../testing/server-process.ts'
import { sendPolicy } from '../verifications/index.ts'

const OTHER_KEY = Buffer.alloc(32, 7).toString('base64')

/** Every file with the hash of its bytes. */
function filesIn(directory: string): Record<string, string> {
  const hashOf = (name: string) => hash('sha256', readFileSync(join(directory, name)))
  return Object.fromEntries(readdirSync(directory).map((name) => [name, hashOf(name)]))
}

describe('what is not right stops the start, in one sentence, and leaves the data as it was', () => {
  interface Wrong {
    readonly what: string
    readonly says: string
    readonly command?: 'dev' | 'start'
    readonly mode?: Mode
    readonly args?: readonly string[]
    readonly environment?: Readonly<Record<string, string>>
    spoil?(directory: string): void
  }

  const wrongs: readonly Wrong[] = [
    {
      what: '`dev` on the data of production',
      command: 'dev',
      says: 'is for production; `dev` does not run on it. Choose another directory with --data.',
    },
    {
      what: '`start` on the data of development',
      mode: 'development',
      says: 'is for development; `start` does not run on it. Choose another directory with --data.',
    },
    {
      what: 'another master key in the environment',
      environment: { LIGATURE_MASTER_KEY: OTHER_KEY },
      says: 'wrong master key: LIGATURE_MASTER_KEY holds another key than the one this database was made with',
    },
    {
      what: 'another master key in the file',
      spoil: (directory) => writeFileSync(join(directory, 'master.key'), OTHER_KEY),
      says: 'holds another key than the one this database was made with',
    },
    {
      what: 'a master key that is missing',
      spoil: (directory) => rmSync(join(directory, 'master.key')),
      says: 'Put the key back; nothing in this database can be read without it.',
    },
    {
      what: 'half a master key in the file',
      spoil: (directory) => writeFileSync(join(directory, 'master.key'), OTHER_KEY.slice(0, 20)),
      says: 'master.key must be 32 bytes in base64, as "openssl rand -base64 32" prints them',
    },
    {
      what: 'half a master key in the environment',
      environment: { LIGATURE_MASTER_KEY: OTHER_KEY.slice(0, 20) },
      says: 'LIGATURE_MASTER_KEY must be 32 bytes in base64',
    },
    {
      what: 'a database of a newer version',
      spoil: addNewerMigration,
      says: 'made by a newer version of Ligature (it holds the change 9999-from-the-future)',
    },
    {
      what: 'a file that is no database',
      spoil: (directory) => writeFileSync(join(directory, 'ligature.db'), 'x'.repeat(5000)),
      says: 'ligature.db cannot be used: file is not a database',
    },
    { what: 'an unknown flag', args: ['--prot', '1'], says: "unknown option '--prot'" },
    {
      what: 'an unknown variable',
      environment: { LIGATURE_PROT: '1' },
      says: 'LIGATURE_PROT is not a setting',
    },
    { what: 'a port that cannot be', args: ['--port', '65536'], says: '--port or LIGATURE_PORT is not' },
    {
      what: 'a secret as a flag',
      args: ['--master-key', OTHER_KEY],
      says: "unknown option '--master-key'",
    },
  ]

  test.for(wrongs)('$what', async (wrong, t) => {
    const { command = 'start', mode = 'production', args = [], environment = {} } = wrong
    const directory = await newDataDirectory(t, mode)
    wrong.spoil?.(directory)
    const before = filesIn(directory)

    const { code, stdout, stderr } = await runLigature(
      t,
      [command, '--port', '0', '--log', 'silent', '--data', directory, ...args],
      { environment },
    )

    expect(code).toBe(1)
    expect(stdout).toBe('')
    expectSentence(stderr, wrong.says)
    expect(filesIn(directory)).toEqual(before)
  })
})

function addNewerMigration(directory: string): void {
  const database = new DatabaseSync(join(directory, 'ligature.db'))
  database.exec(`insert into kysely_migration values ('9999-from-the-future', '2999-01-01T00:00:00.000Z')`)
  database.close()
}

/** One line of our own; a mistyped flag is told with advice in two lines more. */
function expectSentence(stderr: string, says: string): void {
  const [sentence = '', ...rest] = stderr.trimEnd().split('\n')
  expect(sentence).toMatch(/^ligature: /)
  expect(sentence).toContain(says)
  expect(rest.filter((line) => !/^\(Did you mean|^Run it with --help/.test(line))).toEqual([])
}

describe('a place that cannot be used', () => {
  test('a port that is in use', async (t) => {
    const other = createServer().listen(0, '127.0.0.1')
    t.onTestFinished(() => void other.close())
    await once(other, 'listening')
    const { port } = other.address() as { port: number }

    const args = ['dev', '--port', String(port), '--log', 'silent', '--data', newDirectory(t)]
    const { code, stderr } = await runLigature(t, args)

    expect(code).toBe(1)
    expectSentence(stderr, `port ${port} of 127.0.0.1 is in use; choose another with --port`)
  })

  test('a host that is not this machine', async (t) => {
    const args = ['dev', '--host', '192.0.2.1', '--log', 'silent', '--data', newDirectory(t)]
    const { code, stderr } = await runLigature(t, args)

    expect(code).toBe(1)
    expectSentence(stderr, 'cannot listen on 192.0.2.1')
  })

  test('a data directory that is a file, or lies in one', async (t) => {
    const file = join(newDirectory(t), 'file')
    writeFileSync(file, '')
    for (const data of [file, join(file, 'data')]) {
      const { code, stderr } = await runLigature(t, ['start', '--port', '0', '--data', data])

      expect(code).toBe(1)
      expectSentence(stderr, `the data directory ${data} cannot be used`)
    }
  })

  test('a data directory that may not be written', async (t) => {
    const closed = newDirectory(t)
    chmodSync(closed, 0o500)
    // Root may write in any directory but one that is no disk's.
    const data = process.getuid?.() === 0 ? '/sys/ligature' : closed
    const { code, stderr } = await runLigature(t, ['start', '--port', '0', '--data', data])

    expect(code).toBe(1)
    expectSentence(stderr, `the data directory ${data} cannot be used`)
  })
})

test('of two processes that start at once on a new directory one makes the keys for both', async (t) => {
  const args = ['start', '--log', 'silent', '--data', join(newDirectory(t), 'data')]

  const [one, other] = await Promise.all([startProcess(t, args), startProcess(t, args)])

  expect(await keyIdsOf(one.url)).toEqual(await keyIdsOf(other.url))
})

test('what is unusual about sending is told of at every start, and stops none', async (t) => {
  const dataDirectory = await newDataDirectory(t, 'production')
  const warnings = async () => {
    const server = await startProcess(t, ['start', '--log', 'readable', '--data', dataDirectory])
    await server.kill('SIGTERM')
    return [...server.stderr().matchAll(/(?:warning|ERROR) +(.*)/g)].map(([, said = '']) => said)
  }
  expect(await warnings()).toContain('no gateway for SMS or email is configured: nobody can prove an address')

  const { db, vault, close } = await openExistingDeployment(
    { dataDirectory, masterKey: undefined },
    Date.now(),
  )
  await savePolicy(db, sendPolicy, { per_deployment: ['20000 per day'] })
  const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`
  await inTransaction(db, async (tx) => {
    await saveGateway(tx, vault, 'good', { kind: 'http-sms', url: 'https://sms.example.com', secret }, 0)
    await saveGateway(tx, vault, 'broken', { kind: 'http-sms', url: 'https://sms.example.com', secret }, 1)
  })
  await db.updateTable('gateway').set({ kind: 'pigeon' }).where('name', '=', 'broken').execute()
  await close()

  expect((await warnings()).filter((warning) => /send|gateway/.test(warning))).toEqual([
    'a gateway is left out: its settings cannot be used  gateway=broken kind=pigeon because=this version knows no such kind',
    'sending.per_deployment allows more than is usual: 20000 per day instead of 10000 per day',
  ])
})

async function keyIdsOf(url: string): Promise<string[]> {
  const response = await fetch(`${url}/api/v1/oauth2/keys`)
  const { keys } = (await response.json()) as { keys: { kid: string }[] }
  return keys.map(({ kid }) => kid)
}
