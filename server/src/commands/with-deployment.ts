import type { Settings } from '../config.ts'
import { type Deployment, openExistingDeployment } from '../deployment.ts'
import type { DatabaseUse } from '../platform/db/index.ts'
import { systemClock } from '../platform/clock.ts'
import { stayKnown } from './stay-known.ts'

/** Runs a command on the data that the settings name, beside a running server or without one. */
export async function withDeployment(
  settings: Settings,
  act: (deployment: Deployment, now: number) => Promise<void>,
  use: DatabaseUse = {},
): Promise<void> {
  const now = systemClock.now()
  const dataDirectory = settings.data ?? './data'
  const opened = await openExistingDeployment(
    { database: settings.database, dataDirectory, masterKey: settings.masterKey },
    now,
    use,
  )
  await closingAfter(opened, (deployment) => act(deployment, now))
}

/** Runs a command on data that were opened for it, and closes them. */
export async function closingAfter(
  opened: Deployment,
  act: (deployment: Deployment) => Promise<void>,
): Promise<void> {
  const deployment = stayKnown(opened, systemClock, () => {
    process.stderr.write('ligature: the master key was changed while this command was stopped\n')
    process.exit(1)
  })
  try {
    await act(deployment)
  } finally {
    await deployment.close()
  }
}
