import { chmodSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test, type TestContext } from 'vitest'
import { saveApplication } from '../applications/index.ts'
import { saveConnection, startWeChatEmulator } from '../connections/index.ts'
import { type Deployment, openDeployment } from '../deployment.ts'
import { saveGateway } from '../messages/index.ts'
import { systemClock } from '../platform/clock.ts'
import { inTransaction } from '../platform/db/index.ts'
import { savePolicy } from '../platform/policy/index.ts'
import { newDataDirectory, newDirectory } from '../testing/data-directory.ts'
import { startMailServer, TEST_CERTIFICATE, TEST_CERTIFICATE_FILE, TEST_KEY } from '../testing/mail-server.ts'
import { findClosedPort, startOutsideServer } from '../testing/outside-server.ts'
import { demoApplications, demoConnections } from '../testing/server.ts'
import { runLigature, startProcess } from '../testing/server-process.ts'
import { parseMobile } from '../users/index.ts'
import { sendPolicy, setTestAddress } from '../verifications/index.ts'

const SECRET = `whsec_${Buffer.alloc(32, 5).toString('base64')}`
const PASSWORD = 'the-password-that-nothing-shows'
const [, APPLICATION] = demoApplications
const [, CONNECTION] = demoConnections

/** Prepares a deployment for `start` with one application. */
async function prepare(t: TestContext, fill: (deployment: Deployment) => Promise<void>): Promise<string> {
  const directory = newDirectory(t)
  const location = { dataDirectory: directory, masterKey: undefined }
  const deployment = await openDeployment(location, 'production', systemClock.now())
  if (APPLICATION === undefined) throw new Error('there is no demo application')
  await saveApplication(deployment.db, APPLICATION, systemClock.now())
  await fill(deployment)
  await deployment.close()
  return directory
}

async function addConnection({ db, vault }: Deployment): Promise<void> {
  if (CONNECTION === undefined) throw new Error('there is no demo connection')
  await saveConnection(db, vault, { ...CONNECTION, hasPhoneButton: true }, systemClock.now())
}

async function addGateways({ db, vault }: Deployment, gateways: Record<string, object>): Promise<void> {
  await inTransaction(db, async (tx) => {
    for (const [index, [name, description]] of Object.entries(gateways).entries()) {
      await saveGateway(tx, vault, name, { ...description }, index)
    }
  })
}

/** TLS before a server on this machine, as production has it. */
async function startTlsProxy(t: TestContext, target: () => string): Promise<URL> {
  const proxy: Server = createServer({ key: TEST_KEY, cert: TEST_CERTIFICATE }, (request, response) => {
    void fetch(`${target()}${request.url ?? ''}`).then(async (answer) => {
      response.writeHead(answer.status).end(await answer.text())
    })
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  t.onTestFinished(() => {
    proxy.close()
    proxy.closeAllConnections()
  })
  // A server that listens on TCP has an address with a port.
  const { port } = proxy.address() as AddressInfo
  return new URL(`https://localhost:${port}`)
}

interface Line {
  readonly result: string
  readonly code: string
  readonly name?: string
}

function codesIn(stdout: string): string[] {
  // One JSON object a line, as it was printed.
  const lines = stdout.trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as Line).map(({ code }) => code)
}

test('a deployment in health: nothing to do, and the code of success', async (t) => {
  const weChat = await startWeChatEmulator({ clock: systemClock }, async () => demoConnections)
  t.onTestFinished(() => weChat.close())
  const bridge = await startOutsideServer(t, (_, response) => response.writeHead(404).end())
  const mail = await startMailServer({ onAuth: (_login, _session, done) => done(null, { user: 'mailer' }) })
  const data = await prepare(t, async (deployment) => {
    await addConnection(deployment)
    await addGateways(deployment, {
      bridge: { kind: 'http-sms', url: bridge.url.href, secret: SECRET },
      mail: {
        kind: 'smtp',
        host: 'localhost',
        port: mail.port,
        user: 'mailer',
        password: PASSWORD,
        from: 'no-reply@example.com',
        certificate_authority: TEST_CERTIFICATE,
      },
    })
  })
  let target = ''
  const publicUrl = await startTlsProxy(t, () => target)
  const args = ['--data', data, '--public-url', publicUrl.origin, '--trusted-proxies', '127.0.0.1']
  const environment = { LIGATURE_WECHAT_API: weChat.apiBase.href, NODE_EXTRA_CA_CERTS: TEST_CERTIFICATE_FILE }
  target = (await startProcess(t, ['start', ...args], { environment })).url

  const [inWords, asJson] = await Promise.all([
    runLigature(t, ['doctor', ...args], { environment: { ...environment, LANG: 'en_US.UTF-8', LC_ALL: '' } }),
    runLigature(t, ['doctor', '--json', ...args], { environment }),
  ])

  expect(inWords).toMatchObject({ code: 0, stderr: '' })
  for (const line of inWords.stdout.trimEnd().split('\n')) expect(line).toMatch(/^ok {2,}\S/)
  expect(inWords.stdout).toContain('public URL: This deployment answers there\n')
  expect(codesIn(asJson.stdout)).toEqual([
    'database.answers',
    'database.durable',
    'application.connected',
    'connection.credentials_right',
    'connection.phone_allowed',
    'connection.union_not_needed',
    'gateway.only_reachable',
    'gateway.mail_server_takes_login',
    'sending.served',
    'test_addresses.none',
    'key_file.closed',
    'proxies.trusted',
    'public_url.ours',
    'clock.right',
  ])
  expect(mail.received).toEqual([])
})

test('a deployment with everything wrong: each thing is told with what to do, and no secret', async (t) => {
  const weChat = await startOutsideServer(t, (_, response) => {
    response.setHeader('date', new Date(systemClock.now() + 10 * 60_000).toUTCString())
    response.end(JSON.stringify({ errcode: 40164, errmsg: 'invalid ip 203.0.113.7, not in whitelist' }))
  })
  const closed = await findClosedPort()
  const data = await prepare(t, async (deployment) => {
    const { db, vault } = deployment
    const gateway = { kind: 'http-sms', url: closed.href, secret: SECRET, area_codes: ['86'], price: '1 USD' }
    await addConnection(deployment)
    await addGateways(deployment, { bridge: gateway })
    await savePolicy(db, sendPolicy, { area_codes: ['86', '852'], spend_per_day: '500 CNY' })
    await setTestAddress(db, vault, await parseMobile('13800138000'), '232326')
    if (APPLICATION !== undefined) {
      await saveApplication(db, { ...APPLICATION, clientId: 'unconnected' }, systemClock.now())
    }
  })
  chmodSync(join(data, 'master.key'), 0o644)
  const args = ['--data', data, '--wechat-api', weChat.url.href, '--public-url', closed.origin]

  const [inWords, asJson] = await Promise.all([
    runLigature(t, ['doctor', ...args], { environment: { LC_ALL: 'zh_CN.UTF-8' } }),
    runLigature(t, ['doctor', '--json', '--lang', 'en', ...args]),
  ])

  expect(inWords).toMatchObject({ code: 1, stderr: '' })
  expect(inWords.stdout).toContain('有问题    连接 ')
  expect(inWords.stdout).toContain('微信看到的地址是 203.0.113.7\n')
  expect(inWords.stdout).toContain('→ chmod 600 ')
  expect(asJson.code).toBe(1)
  expect(codesIn(asJson.stdout)).toEqual([
    'database.answers',
    'database.durable',
    'application.connected',
    'application.without_connection',
    'connection.ip_not_allowed',
    'connection.phone_unclear',
    'connection.union_not_needed',
    'gateway.not_reachable',
    'sending.no_email',
    'sending.area_without_gateway',
    'sending.other_currency',
    'test_addresses.some',
    'key_file.readable',
    'proxies.none',
    'public_url.not_https',
    'public_url.not_reachable',
    'clock.slow',
  ])
  for (const secret of [SECRET, SECRET.slice(6), CONNECTION?.appSecret ?? '', '232326', '13800138000']) {
    expect(inWords.stdout + asJson.stdout).not.toContain(secret)
  }
})

test('without data, or with those of another version, the rest is looked at and nothing is changed', async (t) => {
  const data = await newDataDirectory(t, 'production')
  const change = (statement: string) => {
    const database = new DatabaseSync(join(data, 'ligature.db'))
    database.exec(statement)
    database.close()
  }
  const says = async (directory: string) =>
    (await runLigature(t, ['doctor', '--lang', 'en', '--data', directory])).stdout

  expect(await says(newDirectory(t))).toMatch(/^PROBLEM {8}database: The data cannot be opened: there is no/)
  change(`insert into kysely_migration values ('9999-later', '2026-01-01T00:00:00.000Z')`)
  expect(await says(data)).toContain('made by a newer version of Ligature (it holds the change 9999-later)')
  change(`delete from kysely_migration where name > '0003'`)
  expect(await says(data)).toContain('its tables are those of an earlier version')
})

test('of data of `dev` it is said that the outside is emulated; an empty one has no application', async (t) => {
  const data = await newDataDirectory(t, 'development')

  const { code, stdout } = await runLigature(t, ['doctor', '--json', '--data', data])

  expect(code).toBe(1)
  expect(codesIn(stdout)).toEqual([
    'database.answers',
    'database.durable',
    'database.for_development',
    'application.none',
    'test_addresses.none',
    'key_file.closed',
    'proxies.none',
    'public_url.missing',
    'clock.unknown',
  ])
})

test('a language that is none is refused', async (t) => {
  const told = await runLigature(t, ['doctor', '--lang', 'de'])

  expect(told).toMatchObject({ code: 1, stdout: '', stderr: 'ligature: --lang is zh or en\n' })
})
