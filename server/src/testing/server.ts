import type { TestContext } from 'vitest'
import { createServer, listen, noticeDeps, openGateways, type ServerOptions } from '../app.ts'
import {
  type ConnectionDescription,
  developmentPhoneButtonBudgets,
  productionPhoneButtonBudgets,
  saveConnection,
  type WeChatEmulator,
} from '../connections/index.ts'
import { type Application, saveApplication } from '../applications/index.ts'
import { openDevelopment } from '../commands/outside-world.ts'
import { type Deployment, openDeployment } from '../deployment.ts'
import { demoApplications, demoConnections } from '../development/demo.ts'
import { sendNotices } from '../messages/index.ts'
import type { Gate } from '../platform/http/load-gate.ts'
import { inTransaction } from '../platform/db/index.ts'
import type { Tables } from '../platform/db/tables.ts'
import { openLog } from '../platform/log.ts'
import { makeDataWithTables } from './data-with-tables.ts'
import { openMiniProgram, type MiniProgram } from './mini-program.ts'
import { giveSigningKeys } from './signing-keys.ts'
import { standingClock, type TestClock } from './test-clock.ts'
import type { TestData } from './test-data.ts'
import { createUser, parseEmail, parseMobile, type User } from '../users/index.ts'
import { developmentSendBudgets, productionSendBudgets, setTestAddress } from '../verifications/index.ts'

export { demoApplications, demoConnections }

export const BIND_CLIENT_ID = 'nTo1eRIub60vPb54WeE6aojPwYwImtl4'
export const REGISTER_CLIENT_ID = 'demoBindOrRegister00000000000001'

export interface TestServerOptions {
  /** `dev` has the budgets of development and the page at `/dev`; otherwise those of production. */
  readonly mode?: 'dev' | 'production'
  /** Changes to the first demo connection (set to *bind*) and its application. */
  readonly connection?: Partial<ConnectionDescription>
  readonly application?: Partial<Application>
  /** Sends by the gateways of the database, as production does, instead of the Dev Inbox. */
  readonly usesStoredGateways?: boolean
  /** Changes to what the server is given, such as gateways or the address of WeChat. */
  readonly server?: Partial<ServerOptions>
  /** The data of an earlier server; it is left in place at the end. */
  readonly data?: TestData
  /** One that begins at another time than every test does. */
  readonly clock?: TestClock
}

export interface TestUser {
  readonly userName?: string
  readonly mobile?: string
  readonly email?: string
  readonly isVerified?: boolean
  /** Makes his addresses test addresses with this code, so that nothing need be sent. */
  readonly fixedCode?: string
}

/** The whole server in this process: real HTTP, a real store in a directory of its own, WeChat emulated. */
export interface TestServer {
  readonly url: string
  readonly clock: TestClock
  readonly deployment: Deployment
  readonly data: TestData
  readonly weChat: WeChatEmulator
  /** What the log was told, one JSON object a line. */
  readonly logLines: readonly string[]
  /** A client of the first demo application, or of the one named. */
  miniProgram(options?: { clientId?: string; language?: 'zh' | 'en'; ip?: string }): MiniProgram
  /** Creates a user; his addresses are verified unless told otherwise. */
  addUser(user: TestUser): Promise<User>
  count(table: keyof Tables): Promise<number>
  /** Sends the notices that are due, as an instance does every second. @returns how many it took on */
  sendNotices(): Promise<number>
  stop(): Promise<void>
}

/** A machine that is busy with other tests as well is late, and whoever is turned away would be its doing. */
const everybodyIn: Gate = {
  take(serve) {
    serve()
    return true
  },
}

/**
 * Starts a server that stops, and whose data goes, when the test ends.
 *
 * @param options `server.loadGate`: everybody comes in unless it is given; `undefined` for the one of a real server
 */
export async function startServer(t: TestContext, options: TestServerOptions = {}): Promise<TestServer> {
  const data = options.data ?? (await makeDataWithTables())
  const clock = options.clock ?? standingClock()
  const logLines: string[] = []
  const deployment = await openDeployment(data.settings, 'development', clock.now())
  await giveSigningKeys(deployment, clock.now())
  const outside = await openDevelopment(deployment, clock, {})
  await changeDemo(deployment, options, clock.now())
  const log = openLog('json', { write: (line: string) => logLines.push(line) > 0 })
  const stored = openGateways({ db: deployment.db, vault: deployment.vault, clock, log })

  let url = ''
  const serverOptions: ServerOptions = {
    clock,
    log,
    publicUrl: () => url,
    trustedProxies: [],
    ...outside.options,
    ...(options.usesStoredGateways === true && { gateways: stored }),
    sendBudgets: options.mode === 'dev' ? developmentSendBudgets : productionSendBudgets,
    phoneButtonBudgets: options.mode === 'dev' ? developmentPhoneButtonBudgets : productionPhoneButtonBudgets,
    loadGate: everybodyIn,
    ...options.server,
  }
  const app = await createServer(deployment, serverOptions)
  outside.addRoutes(app)
  url = await listen(app, '127.0.0.1', 0)

  let isStopped = false
  const stop = async (): Promise<void> => {
    if (isStopped) return
    isStopped = true
    await app.close()
    await stored.close()
    await outside.close()
    await deployment.close()
  }
  t.onTestFinished(async () => {
    await stop()
    if (options.data === undefined) await data.remove()
  })

  return {
    url,
    clock,
    deployment,
    data,
    weChat: outside.weChat,
    logLines,
    miniProgram: (client = {}) => openMiniProgram(url, { clientId: BIND_CLIENT_ID, ...client }),
    addUser: (user) => addUser(deployment, user, clock.now()),
    async count(table) {
      const row = await deployment.db
        .selectFrom(table)
        .select((column) => column.fn.countAll<number>().as('rows'))
        .executeTakeFirstOrThrow()
      return row.rows
    },
    sendNotices: () => sendNotices(noticeDeps(deployment, serverOptions)),
    stop,
  }
}

async function addUser({ db, vault }: Deployment, user: TestUser, now: number): Promise<User> {
  const parsed = [
    ...(user.mobile === undefined ? [] : [await parseMobile(user.mobile)]),
    ...(user.email === undefined ? [] : [parseEmail(user.email)]),
  ]
  const addresses = parsed.map((address) => ({ address, isVerified: user.isVerified ?? true }))
  const created = await inTransaction(db, (tx) =>
    createUser(tx, vault, { addresses, ...(user.userName && { userName: user.userName }) }, now),
  )
  if (typeof created === 'string') throw new Error(created)
  for (const address of user.fixedCode === undefined ? [] : parsed) {
    await setTestAddress(db, vault, address, user.fixedCode ?? '')
  }
  return created
}

async function changeDemo(deployment: Deployment, options: TestServerOptions, now: number): Promise<void> {
  const [application] = demoApplications
  const [connection] = demoConnections
  if (application === undefined || connection === undefined) throw new Error('there is no demo data')
  await saveApplication(deployment.db, { ...application, ...options.application }, now)
  await saveConnection(deployment.db, deployment.vault, { ...connection, ...options.connection }, now)
}
