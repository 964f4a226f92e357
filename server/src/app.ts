import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { auditKeyedColumns, record } from './audit/index.ts'
import {
  algorithmsInUse,
  allOrigins,
  type Application,
  findApplication,
  longestIdTokenSeconds,
} from './applications/index.ts'
import {
  accessTokenSealedColumns,
  connectionRefusals,
  connectionSealedColumns,
  openPhoneButton,
  type PhoneButtonBudgets,
} from './connections/index.ts'
import type { Deployment } from './deployment.ts'
import {
  countedGateways,
  type Gateways,
  messageKeyedColumns,
  messageSealedColumns,
  sweepAttempts,
} from './messages/index.ts'
import type { Clock } from './platform/clock.ts'
import { isAnswering, readEpoch } from './platform/db/deployment.store.ts'
import type { Db } from './platform/db/index.ts'
import { allowOrigins } from './platform/http/cors.ts'
import { addReference } from './platform/http/reference.http.ts'
import { addHealth } from './platform/http/health.ts'
import { hasField } from './platform/http/schema-fields.ts'
import { createHttpServer } from './platform/http/http-server.ts'
import { doorRefusals, transportRefusals } from './platform/http/refusals.ts'
import { openSdkDoor } from './platform/http/sdk-door.ts'
import type { SdkEndpoint } from './platform/http/sdk-endpoint.ts'
import { budgetKeyedColumns, sweepBudgets } from './platform/limits/index.ts'
import type { Log } from './platform/log.ts'
import { openMetrics } from './platform/metrics/metrics.ts'
import { addMetricsPage, METRICS_PATH } from './platform/metrics/metrics.http.ts'
import type { Outbound } from './platform/outbound/outbound.ts'
import { linkedAccountsEndpoint, unbindAccountEndpoint, unbindEndpoint } from './self-service/endpoints.ts'
import { selfServiceRefusals } from './self-service/index.ts'
import type { KeyedColumn } from './platform/vault/keyed-column.ts'
import { openResealing } from './platform/vault/reseal.ts'
import type { SealedColumn } from './platform/vault/sealed-column.ts'
import { type FindSessionDeps, logoutEndpoint, refreshEndpoint } from './sessions/endpoints.ts'
import { type IdTokenDeps, sessionRefusals, sweepSessions } from './sessions/index.ts'
import {
  bindEndpoint,
  loginWeChatMiniProgramEndpoint,
  loginWeChatMobileEndpoint,
  type LoginDeps,
  type PendingReplyDeps,
  type PhoneButtonDeps,
  registerBindEndpoint,
  signInEndpoint,
  weChatMobileBindEndpoint,
  weChatMobileRegisterBindEndpoint,
} from './sign-in/endpoints.ts'
import { findOpenSignIn, signInRefusals, sweepSignIns } from './sign-in/index.ts'
import { publishKeys } from './tokens/endpoints.ts'
import { openSigningKeys, tidySigningKeys, tokenSealedColumns } from './tokens/index.ts'
import { userKeyedColumns, userRefusals, userSealedColumns } from './users/index.ts'
import { type SendEndpointDeps, sendEndpoints } from './verifications/endpoints.ts'
import {
  listSendWarnings,
  listTestAddresses,
  type SendBudgets,
  sweepVerifications,
  verificationKeyedColumns,
  verificationRefusals,
  verificationSealedColumns,
} from './verifications/index.ts'

/** Everything that some endpoint needs; each names its own part. */
type Needs = SendEndpointDeps & LoginDeps & PhoneButtonDeps & IdTokenDeps & PendingReplyDeps & FindSessionDeps

/** Every endpoint of the SDK family, in the order of the reference. */
export const sdkEndpoints: readonly SdkEndpoint<Needs, Application>[] = [
  loginWeChatMiniProgramEndpoint,
  loginWeChatMobileEndpoint,
  ...sendEndpoints(signInRefusals.stateTokenRefused),
  bindEndpoint,
  registerBindEndpoint,
  weChatMobileBindEndpoint,
  weChatMobileRegisterBindEndpoint,
  signInEndpoint,
  refreshEndpoint,
  linkedAccountsEndpoint,
  unbindAccountEndpoint,
  unbindEndpoint,
  logoutEndpoint,
]

/** Every refusal there is, by whose table it stands in. */
export const allRefusals = {
  door: doorRefusals,
  users: userRefusals,
  verifications: verificationRefusals,
  connections: connectionRefusals,
  signIn: signInRefusals,
  sessions: sessionRefusals,
  selfService: selfServiceRefusals,
  transport: transportRefusals,
} as const

/** Every column that is sealed under a data key. */
export const sealedColumns: readonly SealedColumn[] = [
  ...tokenSealedColumns,
  ...userSealedColumns,
  ...messageSealedColumns,
  ...verificationSealedColumns,
  ...connectionSealedColumns,
  ...accessTokenSealedColumns,
]

/** Every column that hangs on the master key itself. */
export const keyedColumns: readonly KeyedColumn[] = [
  ...budgetKeyedColumns,
  ...auditKeyedColumns,
  ...userKeyedColumns,
  ...messageKeyedColumns,
  ...verificationKeyedColumns,
]

export interface ServerOptions {
  readonly clock: Clock
  readonly log: Log
  /** Where clients reach us; the issuer is made from it. Asked at each use: it may be known only after listening. */
  publicUrl(): string
  readonly trustedProxies: readonly string[]
  readonly gateways: Gateways
  /** What holds where the policy sets nothing. */
  readonly sendBudgets: SendBudgets
  readonly weChatApi: URL
  readonly weChatOutbound: Outbound
  /** What a reader of the metrics presents; without it only this machine reads them. */
  readonly metricsToken?: string | undefined
  /** Lines of the log that could not be written, for the metrics. */
  lostLogLines?(): number
  readonly weChatPhoneOutbound: Outbound
  readonly phoneButtonBudgets: PhoneButtonBudgets
}

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
    issuer: () => `${options.publicUrl()}/api/v1/oauth2`,
    readStateToken: async (stateToken, clientId, now) =>
      (await findOpenSignIn({ db, vault }, stateToken, clientId, now)).id,
  }
  openSdkDoor(
    app,
    {
      clock: options.clock,
      async findApplication(clientId) {
        // Every call begins with data keys that are seconds old, so it meets no row that it cannot open.
        await vault.refresh(options.clock.now())
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
  return app
}

/** Where a call can sign somebody in: its reply has a status, and it changes something. */
function signInRoutes(): ReadonlySet<string> {
  const signsIn = sdkEndpoints.filter(({ method, reply }) => method === 'POST' && hasField(reply, 'status'))
  return new Set(signsIn.map(({ path }) => path))
}

/** @returns the URL that the server answers at */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  await app.listen({ host, port })
  const { address, family, port: taken } = app.server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`
}

const SWEEP_EVERY_MS = 60_000
const SWEEP_ROWS = 500
const DAY_MS = 24 * 60 * 60 * 1000
/** How long what is over is kept for whoever looks into it. */
const KEPT_MS = DAY_MS
/** How long attempts at messages are kept: bills come once a month. */
const ATTEMPTS_KEPT_MS = 90 * DAY_MS

/** Removes what is long over, a few rows at a time. Nothing is right only because this ran. */
export function startSweeping(app: FastifyInstance, db: Db, clock: Clock, log: Log): void {
  const timer = setInterval(() => {
    void sweep(db, clock.now()).catch((error: unknown) => log.error({ err: error }, 'sweeping failed'))
  }, SWEEP_EVERY_MS)
  timer.unref()
  app.addHook('onClose', async () => clearInterval(timer))
}

/** One round of it. */
export async function sweep(db: Db, now: number): Promise<void> {
  await sweepBudgets(db, now, SWEEP_ROWS)
  for (const remove of [sweepVerifications, sweepSignIns, sweepSessions]) {
    await remove(db, now - KEPT_MS, SWEEP_ROWS)
  }
  await sweepAttempts(db, now - ATTEMPTS_KEPT_MS, SWEEP_ROWS)
  await tidySigningKeys(db, await longestIdTokenSeconds(db), now)
}

const RESEAL_EVERY_MS = 500
/** Between two looks whether an operator made a new data key. */
const RESEAL_AGAIN_AFTER_MS = 60_000

/** After a new data key was made, seals everything again under it, a few rows at a time. */
export function startResealing(
  app: FastifyInstance,
  { db, vault }: Deployment,
  clock: Clock,
  log: Log,
): void {
  const resealing = openResealing(db, vault, sealedColumns)
  const go = async (): Promise<void> => {
    const { unreadable, isPassOver } = await resealing.step(clock.now())
    if (unreadable > 0) log.warn({ rows: unreadable }, 'some rows do not open and are not sealed again')
    wait(isPassOver ? RESEAL_AGAIN_AFTER_MS : RESEAL_EVERY_MS)
  }
  let timer: NodeJS.Timeout | undefined
  const wait = (ms: number): void => {
    timer = setTimeout(() => {
      go().catch((error: unknown) => {
        log.error({ err: error }, 'sealing again failed')
        wait(RESEAL_AGAIN_AFTER_MS)
      })
    }, ms).unref()
  }
  wait(RESEAL_EVERY_MS)
  app.addHook('onClose', async () => clearTimeout(timer))
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
  showUser,
  unbindOf,
} from './operators/index.ts'
export { longestIdTokenSeconds } from './applications/index.ts'
export {
  replaceSigningKeys,
  showSigningKeys,
  type ShownSigningKey,
  signingAlgorithm,
  stageSigningKey,
} from './tokens/index.ts'
export { developmentSendBudgets, productionSendBudgets } from './verifications/index.ts'
