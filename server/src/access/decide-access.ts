import type { AccessRule, Application } from '../applications/index.ts'
import { hasSecondFactor } from '../credentials/index.ts'
import type { Tx } from '../platform/db/index.ts'
import { readPolicy } from '../platform/policy/index.ts'
import { hashToken } from '../platform/secrets.ts'
import { listGroupsOf, type User } from '../users/index.ts'
import { accessPolicy, countryOf } from './access-policy.ts'
import * as devices from './trusted-device.store.ts'
import * as visits from './user-visit.store.ts'

/** A user who has shown one proof, and how he comes. */
export interface Visitor {
  readonly user: User
  readonly application: Application
  readonly ip: string
  /** By which a device says that its user trusts it. */
  readonly deviceToken: string | undefined
  /**
   * What he does changes his account, such as binding a further way in: then every device is new, and no rule
   * spares him the second factor that he has.
   */
  readonly changesAccount: boolean
}

export interface AccessDecision {
  readonly result: AccessRule['result']
  /** The rule, for the operator; `undefined` where none had to decide. */
  readonly because: string | undefined
  /** From where he comes, where some rule asks for it; to be noted once he is in. */
  readonly country: string | undefined
}

/** What holds where no rule of the operator counts. */
const ownFactorFirst = { has_factor: true, new_device: true } as const

/**
 * Decides how somebody may come in who has shown one proof: the first rule that counts, of the deployment, then of
 * the application.
 *
 * @see docs/decisions/0022-second-factor.md
 */
export async function decideAccess(tx: Tx, visitor: Visitor, now: number): Promise<AccessDecision> {
  const { rules, countries } = await readPolicy(tx, accessPolicy)
  const { application, changesAccount } = visitor
  const all = [
    ...rules.map((rule) => ({ rule, of: 'the deployment' })),
    ...application.accessRules.map((rule) => ({ rule, of: 'the application' })),
  ]
  const remembers = all.some(({ rule: { when } }) => 'idle_for' in when || 'new_country' in when)
  const country = remembers ? countryOf(countries, visitor.ip) : undefined
  const counts = conditionsOf(tx, visitor, country, now)

  for (const { rule, of } of all) {
    if (!(await counts(rule.when))) continue
    const because = `rule "${rule.name}" of ${of}`
    if (rule.result === 'allow' && changesAccount && (await counts(ownFactorFirst))) {
      return { result: 'second_factor', because: `${because} does not spare it to whoever has one`, country }
    }
    return { result: rule.result, because, country }
  }
  return (await counts(ownFactorFirst))
    ? { result: 'second_factor', because: 'he has enrolled one', country }
    : { result: 'allow', because: undefined, country }
}

type Conditions = AccessRule['when']

/** Asks for a fact only when a rule hangs on it, and once. */
function conditionsOf(tx: Tx, visitor: Visitor, country: string | undefined, now: number) {
  const { user, application, deviceToken, changesAccount } = visitor
  const isJustRegistered = user.createdAt === now
  const listGroups = once(() => listGroupsOf(tx, user.id))
  const hasFactor = once(() => hasSecondFactor(tx, user.id))
  const listVisits = once(() => visits.listOf(tx, user.id))
  const isDeviceNew = once(async () => {
    if (changesAccount || deviceToken === undefined) return true
    const token = { tokenHash: hashToken(deviceToken), userId: user.id, clientId: application.clientId }
    return !(await devices.isTrusted(tx, token, now))
  })
  const isIdle = async (forMs: number): Promise<boolean> => {
    const last = Math.max(user.createdAt, ...(await listVisits()).map(({ lastAt }) => lastAt))
    return now - last >= forMs
  }
  const isCountryNew = async (): Promise<boolean> =>
    !isJustRegistered && !(await listVisits()).some((visit) => visit.country === country)

  return async (when: Conditions): Promise<boolean> => {
    const { groups, has_factor: factor, new_device: device, idle_for: idleMs, new_country: abroad } = when
    if (groups !== undefined && !isAnyOf(groups, await listGroups())) return false
    if (factor !== undefined && (await hasFactor()) !== factor) return false
    if (device !== undefined && (await isDeviceNew()) !== device) return false
    if (idleMs !== undefined && !(await isIdle(idleMs))) return false
    if (abroad !== undefined && (await isCountryNew()) !== abroad) return false
    return true
  }
}

function isAnyOf(wanted: readonly string[], own: readonly string[]): boolean {
  return wanted.some((name) => own.includes(name))
}

function once<Value>(ask: () => Promise<Value>): () => Promise<Value> {
  let asked: Promise<Value> | undefined
  return () => (asked ??= ask())
}
