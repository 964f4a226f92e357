import { lookup } from 'node:dns/promises'
import type { AddressInfo } from 'node:net'
import { performance } from 'node:perf_hooks'
import type { FastifyInstance } from 'fastify'
import { record } from './audit/index.ts'
import { algorithmsInUse, allOrigins, findApplication } from './applications/index.ts'
import { openPhoneButton, type PhoneButtonBudgets } from './connections/index.ts'
import { openPasswordHashing, type PasswordHashing } from './credentials/index.ts'
import type { Deployment } from './deployment.ts'
import type { HumanCheckDefaults } from './human-check/index.ts'
import { startSendingNotices } from './housekeeping.ts'
import { countedGateways, type Gateways, type SendNoticesDeps } from './messages/index.ts'
import type { Clock } from './platform/clock.ts'
import { isAnswering, readEpoch } from './platform/db/deployment.store.ts'
import type { Db } from './platform/db/index.ts'
import { allowOrigins } from './platform/http/cors.ts'
import { addReference } from './platform/http/reference.http.ts'
import { addHealth } from './platform/http/health.ts'
import { hasField } from './platform/http/schema-fields.ts'
import { createHttpServer } from './platform/http/http-server.ts'
import { openSdkDoor } from './platform/http/sdk-door.ts'
import type { Log } from './platform/log.ts'
import { type Gate, LoadGate } from './platform/http/load-gate.ts'
import { openMetrics } from './platform/metrics/metrics.ts'
import { addMetricsPage, METRICS_PATH } from './platform/metrics/metrics.http.ts'
import type { Outbound } from './platform/outbound/outbound.ts'
import { openClosedAccounts } from './self-service/index.ts'
import { type Needs, sdkEndpoints } from './sdk-endpoints.ts'
import { findOpenSignIn } from './sign-in/index.ts'
import { publishKeys } from './tokens/endpoints.ts'
import { openSigningKeys } from './tokens/index.ts'
import { admitNotice, listSendWarnings, listTestAddresses, type SendBudgets } from './verifications/index.ts'

export interface ServerOptions {
  readonly clock: Clock
  readonly log: Log
  /** Where clients reach us; the issuer is made from it. Asked at each use: it may be known only after listening. */
  publicUrl(): string
  readonly trustedProxies: readonly string[]
  readonly gateways: Gateways
  /** What holds where the policy sets nothing. */
  readonly sendBudgets: SendBudgets
  /** The same for the check that somebody is no machine. */
  readonly humanCheck: HumanCheckDefaults
  readonly weChatApi: URL
  readonly weChatOutbound: Outbound
  /** What a reader of the metrics presents; without it only this machine reads them. */
  readonly metricsToken?: string | undefined
  /** Lines of the log that could not be written, for the metrics. */
  lostLogLines?(): number
  readonly weChatPhoneOutbound: Outbound
  readonly phoneButtonBudgets: PhoneButtonBudgets
  /** Absent: as many hashes at once as suit this machine. */
  readonly passwordHashing?: PasswordHashing | undefined
  /** Absent: one that watches the event loop. */
  readonly loadGate?: Gate | undefined
  /** Sends the notices of the outbox while it is open. */
  readonly sendsNotices?: boolean | undefined
}

/** Whoever finds this many before him is not heard, and tries again only seconds later. The system may allow fewer. */
const MOST_CONNECTING = 4_096

/** Puts the rooms together on one HTTP server, which does not listen yet. */
export async function createServer(deployment: Deployment, options: ServerOptions): Promise<FastifyInstance> {
  const { db, vault } = deployment
  const signingKeys = await openSigningKeys(db, vault, options.clock.now())
  const epoch = await readEpoch(db)
  const metrics = openMetrics({
    activity: deployment.activity,
    isStoreReady: () => isAnswering(db, epoch),
    signInRoutes: signInRoutes(),
    lostLogLines: () => options.lostLogLines?.() ?? 0,
  })
  const app = createHttpServer({
    ...options,
    hiddenPaths: [METRICS_PATH],
    onAnswered: metrics.onAnswered,
    loadGate:
      options.loadGate ??
      new LoadGate({
        now: () => performance.now(),
        idle: () => performance.eventLoopUtilization().idle,
        afterTurn: setImmediate,
        waiting: () => deployment.activity.pool()?.waiting ?? 0,
      }),
  })
  app.addHook('onClose', async () => metrics.close())

  await allowOrigins(app, {
    of: async (clientId) => (await findApplication(db, clientId))?.origins ?? [],
    all: () => allOrigins(db),
  })
  const needs: Needs = {
    ...options,
    db,
    vault,
    signingKeys,
    gateways: countedGateways(options.gateways, metrics.sends),
    weChatOutbound: metrics.outbound.counted('wechat', options.weChatOutbound),
    phoneButton: openPhoneButton({
      ...options,
      db,
      vault,
      weChatPhoneOutbound: metrics.outbound.counted('wechat phone', options.weChatPhoneOutbound),
    }),
    passwordHashing: options.passwordHashing ?? openPasswordHashing(),
    issuer: () => `${options.publicUrl()}/api/v1/oauth2`,
    readStateToken: async (stateToken, clientId, now) =>
      (await findOpenSignIn({ db, vault }, stateToken, clientId, now)).id,
  }
  const closedAccounts = openClosedAccounts(db, options.log)
  openSdkDoor(
    app,
    {
      clock: options.clock,
      async findApplication(clientId) {
        // Every call begins with data keys that are seconds old, so it meets no row that it cannot open.
        await vault.refresh(options.clock.now())
        await closedAccounts.settle(options.clock.now())
        return findApplication(db, clientId)
      },
    },
    sdkEndpoints,
    needs,
  )
  publishKeys(app, { clock: options.clock, signingKeys, algorithmsInUse: () => algorithmsInUse(db) })
  addReference(app, sdkEndpoints, () => options.publicUrl())
  addHealth(app, () => isAnswering(db, epoch))
  addMetricsPage(app, metrics, options.metricsToken)
  if (options.sendsNotices === true) startSendingNotices(app, noticeDeps(deployment, needs))
  return app
}

/** What sends the notices of a deployment, by the rules that codes are sent by. */
export function noticeDeps(
  { db, vault }: Deployment,
  options: Pick<ServerOptions, 'clock' | 'log' | 'gateways' | 'sendBudgets'>,
): SendNoticesDeps {
  const { clock, log, gateways, sendBudgets } = options
  return {
    db,
    vault,
    clock,
    log,
    gateways,
    admitNotice: (...asked) => admitNotice({ db, vault, sendBudgets }, ...asked),
  }
}

/** Where a call can sign somebody in: its reply has a status, and it changes something. */
function signInRoutes(): ReadonlySet<string> {
  const signsIn = sdkEndpoints.filter(({ method, reply }) => method === 'POST' && hasField(reply, 'status'))
  return new Set(signsIn.map(({ path }) => path))
}

/** @returns the URL that the server answers at */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  // For a further address of this name Fastify opens a server of its own, which has nothing in front of it.
  const only = host === 'localhost' ? (await lookup(host)).address : host
  await app.listen({ host: only, port, backlog: MOST_CONNECTING })
  const { address, family, port: taken } = app.server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`
}

/** A fixed code lets in whoever knows it: each one is told of at every start, and recorded. */
export async function warnOfTestAddresses(db: Db, log: Log, now: number): Promise<void> {
  for (const address of await listTestAddresses(db)) {
    log.warn(`the test address ${address.masked} has a fixed code`)
    await record(db, { kind: 'test_address_active', at: now, address })
  }
}

/** What lets more codes out than is usual, or none at all, is told of at every start. */
export async function warnOfSending(db: Db, gateways: Gateways, log: Log): Promise<void> {
  for (const warning of await listSendWarnings(db, gateways)) log.warn(warning)
}

// What the commands put together around the server; the rooms themselves are entered here only.
export {
  applyConfiguration,
  type Configuration,
  configurationJsonSchema,
  configurationSections,
  describeSections,
  planForNewDeployment,
  readConfiguration,
} from './configuration/index.ts'
export {
  developmentPhoneButtonBudgets,
  listMiniPrograms,
  productionPhoneButtonBudgets,
  startWeChatEmulator,
  type WeChatEmulator,
} from './connections/index.ts'
export { addDevPage, seed } from './development/index.ts'
export { developmentHumanCheck, productionHumanCheck } from './human-check/index.ts'
export { fixedGateways, openDevInbox, openGateways, openHttpSmsGateway } from './messages/index.ts'
export {
  deleteUser,
  type Diagnosis,
  disableUser,
  enableUser,
  examineDeployment,
  type ExaminedDeployment,
  explainSignIn,
  importUsers,
  printDiagnoses,
  printDiagnosesAsJson,
  reportMessages,
  resetFactors,
  setGroups,
  showUser,
  unbindOf,
} from './operators/index.ts'
export { removeClosedAccounts } from './self-service/index.ts'
export { longestIdTokenSeconds } from './applications/index.ts'
export {
  replaceSigningKeys,
  showSigningKeys,
  type ShownSigningKey,
  signingAlgorithm,
  stageSigningKey,
} from './tokens/index.ts'
export { developmentSendBudgets, productionSendBudgets } from './verifications/index.ts'
