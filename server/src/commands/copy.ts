import type { Settings } from '../config.ts'
import { copyDeployment } from '../copy-deployment.ts'
import { systemClock } from '../platform/clock.ts'

/** `ligature copy --from DIR --to postgres://…` */
export async function copy(settings: Settings, from: string): Promise<void> {
  const { database, masterKey, fromMasterKey } = settings
  const { isFromDevelopment, copied, leftBehind } = await copyDeployment(
    { dataDirectory: from, masterKey: fromMasterKey },
    { database, dataDirectory: '', masterKey },
    systemClock.now(),
  )
  const lines = [
    ...copied.map(({ table, rows, checksum }) => `copied ${table}: ${rows} rows, checksum ${checksum}`),
    ...leftBehind.map(({ table, rows }) => `left behind ${table}: ${rows} rows`),
    'Both ends were compared row by row, in clear. Everybody signs in again, and test addresses are to be set again.',
    ...(isFromDevelopment
      ? ['The source is for development: only what was configured was copied; its people stayed behind.']
      : []),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}
