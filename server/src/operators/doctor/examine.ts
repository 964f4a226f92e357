import { checkGateways } from '../../messages/index.ts'
import type { Clock } from '../../platform/clock.ts'
import { findFact } from '../../platform/db/deployment.store.ts'
import type { Db } from '../../platform/db/index.ts'
import { finding } from '../../platform/finding.ts'
import type { Outbound } from '../../platform/outbound/outbound.ts'
import { readPolicy } from '../../platform/policy/index.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import { showSigningKeys } from '../../tokens/index.ts'
import { sendPolicy } from '../../verifications/index.ts'
import { checkClock } from './check-clock.ts'
import { checkConnections } from './check-connections.ts'
import { checkApplications, checkProxies, checkTestAddresses } from './check-contents.ts'
import { checkDatabase } from './check-database.ts'
import { checkKeyFile } from './check-key-file.ts'
import { checkPublicUrl } from './check-public-url.ts'
import { checkSending } from './check-sending.ts'
import { databaseFindings } from './deployment-findings.ts'
import { type Diagnosis, diagnose } from './subject.ts'
import { watchDates } from './watch-dates.ts'

/** What there is to look at. */
export interface ExaminedDeployment {
  readonly clock: Clock
  readonly outbound: Outbound
  readonly weChatApi: URL
  readonly publicUrl: string | undefined
  readonly trustedProxies: readonly string[]
  /** Where the master key lies; `undefined` when the environment holds it. */
  readonly keyDirectory: string | undefined
  /** The data, or in a sentence why they cannot be opened. */
  readonly data: ExaminedData | string
}

export interface ExaminedData {
  readonly db: Db
  readonly vault: Vault
  readonly kind: 'sqlite' | 'postgres'
}

/**
 * Looks at a deployment and at the world outside as it sees it. Changes nothing and sends nothing; each call has
 * a few seconds, and they are made all at once.
 */
export async function examineDeployment(deployment: ExaminedDeployment): Promise<readonly Diagnosis[]> {
  const { data, publicUrl } = deployment
  const watch = watchDates(deployment.outbound, deployment.clock)
  const atHome = [
    ...diagnose({ kind: 'key-file' }, checkKeyFile(deployment.keyDirectory)),
    ...diagnose({ kind: 'proxies' }, checkProxies(publicUrl, deployment.trustedProxies)),
  ]
  const outside = { ...deployment, outbound: watch.outbound }
  const [contents, atUrl] = await Promise.all([
    examineData(outside, data),
    kidsIn(data).then((kids) => checkPublicUrl(watch.outbound, publicUrl, kids)),
  ])
  return [
    ...contents,
    ...atHome,
    ...diagnose({ kind: 'public-url' }, atUrl),
    ...diagnose({ kind: 'clock' }, checkClock(watch.aheadMs)),
  ]
}

async function examineData(
  deployment: Pick<ExaminedDeployment, 'clock' | 'outbound' | 'weChatApi'>,
  data: ExaminedData | string,
): Promise<readonly Diagnosis[]> {
  if (typeof data === 'string') {
    return diagnose({ kind: 'database' }, [finding(databaseFindings.cannotBeOpened, data)])
  }
  const { db, kind } = data
  const isForDevelopment = (await findFact(db, 'mode')) === 'development'
  // By itself: what else is looked at would be taken for slowness of the database.
  const condition = await checkDatabase(db, kind)
  const [applications, testAddresses, outside] = await Promise.all([
    checkApplications(data),
    checkTestAddresses(db),
    isForDevelopment ? Promise.resolve([]) : examineOutside({ ...deployment, ...data }),
  ])
  const mode = isForDevelopment ? [finding(databaseFindings.forDevelopment)] : []
  return [
    ...diagnose({ kind: 'database' }, [...condition, ...mode]),
    ...applications,
    ...outside,
    ...diagnose({ kind: 'test-addresses' }, testAddresses),
  ]
}

async function examineOutside(
  deps: ExaminedData & Pick<ExaminedDeployment, 'clock' | 'outbound' | 'weChatApi'>,
): Promise<readonly Diagnosis[]> {
  const [connections, gateways, policy] = await Promise.all([
    checkConnections(deps),
    checkGateways(deps),
    readPolicy(deps.db, sendPolicy),
  ])
  const configured = gateways.flatMap((one) => (one.configured === undefined ? [] : [one.configured]))
  return [
    ...connections,
    ...gateways.flatMap(({ name, findings }) => diagnose({ kind: 'gateway', name }, findings)),
    ...diagnose({ kind: 'sending' }, checkSending(configured, policy)),
  ]
}

async function kidsIn(data: ExaminedData | string): Promise<readonly string[] | undefined> {
  return typeof data === 'string' ? undefined : (await showSigningKeys(data.db, 0, 0)).map(({ kid }) => kid)
}
