import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { deleteUser, disableUser, enableUser, explainSignIn, importUsers, showUser } from '../app.ts'
import type { Settings } from '../config.ts'
import { type Deployment, openExistingDeployment } from '../deployment.ts'
import { systemClock } from '../platform/clock.ts'
import { StartError } from '../platform/start-error.ts'

/** `ligature users import FILE` */
export function importFile(settings: Settings, file: string): Promise<void> {
  return withDeployment(settings, async (deployment, now) => {
    const input = file === '-' ? process.stdin : createReadStream(file)
    const lines = createInterface({ input, crlfDelay: Infinity })
    const report = await importUsers(deployment, lines, now)
    for (const { line, reason } of report.refused) process.stderr.write(`line ${line}: ${reason}\n`)
    const { imported, known, refused } = report
    process.stdout.write(`${imported} imported, ${known} known already, ${refused.length} refused\n`)
    if (refused.length > 0) process.exitCode = 1
  })
}

/** `ligature users show USER` */
export function show(settings: Settings, user: string): Promise<void> {
  return withDeployment(settings, async (deployment, now) => {
    process.stdout.write(`${JSON.stringify(await showUser(deployment, user, now), undefined, 2)}\n`)
  })
}

const changes = { disable: disableUser, enable: enableUser, delete: deleteUser } as const

/** `ligature users disable|enable|delete USER` */
export function change(settings: Settings, kind: keyof typeof changes, user: string): Promise<void> {
  return withDeployment(settings, async (deployment, now) => {
    const { id, userName } = await changes[kind](deployment, user, now)
    process.stdout.write(`${kind}d ${userName} (${id})\n`)
  })
}

/** `ligature explain SIGN_IN_ID` */
export function explain(settings: Settings, signInId: string): Promise<void> {
  return withDeployment(settings, async ({ db }) => {
    for (const line of await explainSignIn(db, signInId)) process.stdout.write(`${line}\n`)
  })
}

async function withDeployment(
  settings: Settings,
  act: (deployment: Deployment, now: number) => Promise<void>,
): Promise<void> {
  const now = systemClock.now()
  const dataDirectory = settings.data ?? './data'
  const deployment = await openExistingDeployment({ dataDirectory, masterKey: settings.masterKey }, now)
  try {
    await act(deployment, now)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new StartError(`no such file: ${error.message}`)
    }
    throw error
  } finally {
    await deployment.close()
  }
}
