import type { Settings } from '../config.ts'
import { type Deployment, openExistingDeployment } from '../deployment.ts'
import { systemClock } from '../platform/clock.ts'
import { stayKnown } from './stay-known.ts'

/** Runs a command on the data that the settings name, beside a running server or without one. */
export async function withDeployment(
  settings: Settings,
  act: (deployment: Deployment, now: number) => Promise<void>,
): Promise<void> {
  const now = systemClock.now()
  const dataDirectory = settings.data ?? './data'
  const deployment = await openExistingDeployment(
    { database: settings.database, dataDirectory, masterKey: settings.masterKey },
    now,
  )
  const leave = stayKnown(deployment, systemClock, () => {
    process.stderr.write('ligature: the master key was changed while this command was stopped\n')
    process.exit(1)
  })
  try {
    await act(deployment, now)
  } finally {
    leave()
    await deployment.close()
  }
}
