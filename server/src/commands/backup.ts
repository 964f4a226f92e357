import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from '../config.ts'
import { requireData } from '../deployment.ts'
import { systemClock } from '../platform/clock.ts'
import { backUpTo } from '../platform/db/backup-file.ts'
import { StartError } from '../platform/start-error.ts'

/** `ligature backup --to FILE` */
export async function backUp(settings: Settings, to: string): Promise<void> {
  const dataDirectory = settings.data ?? './data'
  if (settings.database !== undefined) throw new StartError(onPostgres(to))
  requireData({ dataDirectory, masterKey: undefined })

  const { tables } = await backUpTo(dataDirectory, to, systemClock.now())
  const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0)
  const users = tables['user']?.rows ?? 0
  process.stdout.write(
    `backed up to ${to}: ${users} users, ${rows} rows in ${Object.keys(tables).length} tables, compared\n` +
      `The master key is not in it: ${whereKeyIs(settings.masterKey, dataDirectory)}\n` +
      'Keep a copy of the key, and not beside the backup; without the key nobody can read the backup.\n',
  )
}

/** Which version of `pg_dump` fits, and where it may connect from, only its operator knows. */
function onPostgres(to: string): string {
  return (
    'this deployment is on PostgreSQL, whose own tools back it up. The command, of the same version as the ' +
    `server or a newer one: pg_dump --format=custom --file='${to.replaceAll("'", String.raw`'\''`)}' ` +
    '--dbname="$LIGATURE_DATABASE". To lose nothing between two dumps, take a base backup with pg_basebackup ' +
    'and archive the write-ahead log. After putting either back, run `ligature restore --in-place`.'
  )
}

function whereKeyIs(masterKey: string | undefined, dataDirectory: string): string {
  if (masterKey !== undefined) return 'it is in LIGATURE_MASTER_KEY.'
  const file = join(dataDirectory, 'master.key')
  return existsSync(file) ? `it is in ${file}.` : 'and it is not in this directory either.'
}
