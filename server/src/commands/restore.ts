import type { Settings } from '../config.ts'
import { systemClock } from '../platform/clock.ts'
import { StartError } from '../platform/start-error.ts'
import { restoreBackup, type Restored, restoreInPlace } from '../restore-deployment.ts'

/** Where the data come from: a file of `ligature backup`, or they are in place already. */
export interface RestoreFrom {
  readonly from?: string
  readonly inPlace?: boolean
}

/** `ligature restore --from FILE`, `ligature restore --in-place` */
export async function restore(settings: Settings, { from, inPlace = false }: RestoreFrom): Promise<void> {
  const { database, masterKey } = settings
  const deployment = { database, dataDirectory: settings.data ?? './data', masterKey }
  if ((from !== undefined) === inPlace) {
    throw new StartError('say where the data are: --from FILE, or --in-place when they are there already')
  }
  if (from === undefined) {
    tell(await restoreInPlace(deployment, systemClock.now()))
    return
  }
  if (database !== undefined) {
    throw new StartError(
      'a file goes to a directory. PostgreSQL is restored with pg_restore; run `ligature restore --in-place` after it.',
    )
  }
  tell(await restoreBackup(deployment, from, systemClock.now()))
}

function tell({ takenAt, ended }: Restored): void {
  const as = takenAt === undefined ? '' : `, as it was at ${new Date(takenAt).toISOString()}`
  process.stdout.write(`restored${as}\n`)
  for (const { table, rows } of ended) process.stdout.write(`ended: ${rows} rows of ${table}\n`)
  process.stdout.write(
    'Users, identities and configuration are as they were then; everybody signs in again.\n' +
      'Do again what was done since: users who were disabled or deleted, secrets and keys that were changed.\n',
  )
}
