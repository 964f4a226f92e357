import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import {
  deleteUser,
  disableUser,
  enableUser,
  explainSignIn,
  importUsers,
  removeClosedAccounts,
  reportMessages,
  resetFactors,
  setGroups,
  showUser,
  unbindOf,
} from '../app.ts'
import type { Deployment } from '../deployment.ts'
import type { Settings } from '../config.ts'
import { StartError } from '../platform/start-error.ts'
import { withDeployment } from './with-deployment.ts'

/** As the server does: whose time is over is not there any more, and what was his is free. */
function withPeople(
  settings: Settings,
  act: (deployment: Deployment, now: number) => Promise<void>,
): Promise<void> {
  return withDeployment(settings, async (deployment, now) => {
    await removeClosedAccounts(deployment.db, now)
    await act(deployment, now)
  })
}

/** `ligature users import FILE` */
export function importFile(settings: Settings, file: string): Promise<void> {
  return withPeople(settings, async (deployment, now) => {
    const report = await importUsers(deployment, linesOf(file), now)
    for (const { line, reason } of report.refused) process.stderr.write(`line ${line}: ${reason}\n`)
    const { imported, known, refused } = report
    process.stdout.write(`${imported} imported, ${known} known already, ${refused.length} refused\n`)
    if (refused.length > 0) process.exitCode = 1
  })
}

/** @throws {StartError} when there is no such file or it cannot be read */
async function* linesOf(file: string): AsyncGenerator<string> {
  if (file === '-') {
    yield* createInterface({ input: process.stdin, crlfDelay: Infinity })
    return
  }
  try {
    yield* (await open(file)).readLines()
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error
    throw new StartError(`${file} cannot be read: ${error.message}`)
  }
}

/** `ligature users show USER` */
export function show(settings: Settings, user: string): Promise<void> {
  return withPeople(settings, async (deployment, now) => {
    process.stdout.write(`${JSON.stringify(await showUser(deployment, user, now), undefined, 2)}\n`)
  })
}

const changes = { disable: disableUser, enable: enableUser, delete: deleteUser } as const

/** `ligature users disable|enable|delete USER` */
export function change(settings: Settings, kind: keyof typeof changes, user: string): Promise<void> {
  return withPeople(settings, async (deployment, now) => {
    const { id, userName } = await changes[kind](deployment, user, now)
    process.stdout.write(`${kind}d ${userName} (${id})\n`)
  })
}

/** `ligature users groups USER [GROUP…]` */
export function groups(settings: Settings, user: string, names: readonly string[]): Promise<void> {
  return withPeople(settings, async (deployment, now) => {
    const { id, userName } = await setGroups(deployment, user, names, now)
    process.stdout.write(`${userName} (${id}) is in ${names.length === 0 ? 'no group' : names.join(', ')}\n`)
  })
}

/** `ligature users reset-mfa USER` */
export function resetMfa(settings: Settings, user: string): Promise<void> {
  return withPeople(settings, async (deployment, now) => {
    const reset = await resetFactors(deployment, user, now)
    const { userName, id } = reset.user
    const what = [
      ...(reset.hadTotp ? ['one-time passwords'] : []),
      ...(reset.passkeys > 0 ? [`${reset.passkeys} passkeys`] : []),
      ...(reset.recoveryCodes > 0 ? [`${reset.recoveryCodes} unused recovery codes`] : []),
    ]
    const removed = what.length === 0 ? 'no second factor was set up' : `removed ${what.join(' and ')}`
    process.stdout.write(`${userName} (${id}): ${removed}; all sessions and open sign-ins are ended\n`)
  })
}

/** `ligature users unbind USER IDENTITY_ID` */
export function unbind(settings: Settings, user: string, identityId: string): Promise<void> {
  return withPeople(settings, async (deployment, now) => {
    const { id, userName } = await unbindOf(deployment, user, identityId, now)
    process.stdout.write(`unbound ${identityId} from ${userName} (${id})\n`)
  })
}

/** `ligature explain SIGN_IN_ID` */
export function explain(settings: Settings, signInId: string): Promise<void> {
  return withDeployment(settings, async ({ db }) => {
    for (const line of await explainSignIn(db, signInId)) process.stdout.write(`${line}\n`)
  })
}

const HOUR_MS = 60 * 60 * 1000
/** Older attempts are swept away. */
const MAX_HOURS = 90 * 24

/** `ligature messages --hours HOURS` */
export function messages(settings: Settings, hours: string): Promise<void> {
  const count = Number(hours)
  if (!/^[1-9]\d*$/.test(hours) || count > MAX_HOURS) {
    throw new StartError(`--hours is a whole number from 1 to ${MAX_HOURS}`)
  }
  return withDeployment(settings, async ({ db }, now) => {
    const lines = await reportMessages(db, now - count * HOUR_MS)
    for (const line of lines) process.stdout.write(`${line}\n`)
    if (lines.length === 0) process.stdout.write(`no message in the last ${count} hours\n`)
  })
}
