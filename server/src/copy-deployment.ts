import { hash } from 'node:crypto'
import { migrations } from '../migrations/index.ts'
import { record } from './audit/index.ts'
import { type DeploymentSettings, locationOf, requireData } from './deployment.ts'
import { masterKeySource } from './master-key-source.ts'
import { findFact, settleFact } from './platform/db/deployment.store.ts'
import { type Db, inTransaction, openDatabase } from './platform/db/index.ts'
import { StartError } from './platform/start-error.ts'
import { finishCopy } from './platform/transfer/copy-progress.ts'
import { type CopiedRows, type CopyEnd, type CopyPlan, copyTables } from './platform/transfer/copy-tables.ts'
import { countRows } from './platform/transfer/rows.store.ts'
import * as dataKeys from './platform/vault/data-key.store.ts'
import { openVault } from './platform/vault/open-vault.ts'
import { tableFates } from './table-fates.ts'
import { findNewIndices } from './users/index.ts'

/** What a copy came to. */
export interface CopiedDeployment {
  readonly isFromDevelopment: boolean
  readonly copied: readonly CopiedRows[]
  /** What is at the source and not at the target, in rows. */
  readonly leftBehind: readonly { readonly table: string; readonly rows: number }[]
}

const plannedTables: CopyPlan['tables'] = tableFates.flatMap(({ table, whenCopied }) =>
  whenCopied === 'left' ? [] : [{ table, ...whenCopied }],
)

/**
 * Copies a deployment from a directory to an empty PostgreSQL database: everything that lasts, under the other
 * master key. Of one for development only what its developer configured goes along: its people are emulated.
 *
 * Nobody else may have the source open. A copy that was killed goes on where it was; until it is finished and
 * compared nothing is served from the target.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {StartError} when the source is in use, or the target is not empty or for development
 */
export async function copyDeployment(
  from: DeploymentSettings,
  to: DeploymentSettings,
  now: number,
): Promise<CopiedDeployment> {
  if (from.database !== undefined || to.database === undefined) {
    throw new StartError('a copy goes from a directory (--from) to a PostgreSQL database (--to)')
  }
  requireData(from)
  const source = await openSource(from, now)
  try {
    const target = await openDatabase(locationOf(to), migrations)
    try {
      const vault = await openVault(target.db, withoutMaking(to), now)
      return await copyBetween(source, { db: target.db, vault }, now)
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

interface Source extends CopyEnd {
  close(): Promise<void>
}

async function openSource(from: DeploymentSettings, now: number): Promise<Source> {
  const opened = await openDatabase(locationOf(from), migrations, { isAlone: true })
  try {
    return { ...opened, vault: await openVault(opened.db, withoutMaking(from), now) }
  } catch (error) {
    await opened.close()
    throw error
  }
}

function withoutMaking(settings: DeploymentSettings) {
  const { read, from } = masterKeySource(settings)
  return { read, from }
}

async function copyBetween(source: Source, target: CopyEnd, now: number): Promise<CopiedDeployment> {
  const isFromDevelopment = (await findFact(source.db, 'mode')) === 'development'
  if ((await settleFact(target.db, 'mode', 'production')) !== 'production') {
    throw new StartError('the target is for development; a copy goes to production')
  }
  const copied = await copyTables({
    from: source,
    to: target,
    source: await nameOf(source.db),
    tables: plannedTables,
    isMeant: (table, row) => !isFromDevelopment || (table.isConfiguration && table.isOfDemo?.(row) !== true),
    newIndices: (indices) => findNewIndices(source.db, source.vault, target.vault, indices),
  })
  const leftBehind = await listLeftBehind(source.db, copied)
  const because = `from a directory for ${isFromDevelopment ? 'development' : 'production'}`
  await inTransaction(target.db, async (tx) => {
    await finishCopy(tx)
    await record(tx, { kind: 'copied', at: now, because })
  })
  return { isFromDevelopment, copied, leftBehind }
}

/** Its first data key, which no two deployments share. */
async function nameOf(db: Db): Promise<string> {
  const [first] = await dataKeys.list(db)
  return hash('sha256', first?.wrapped ?? '')
}

async function listLeftBehind(
  db: Db,
  copied: readonly CopiedRows[],
): Promise<CopiedDeployment['leftBehind']> {
  const left: { table: string; rows: number }[] = []
  for (const { table } of tableFates) {
    const there = copied.find((each) => each.table === table)?.rows ?? 0
    const rows = (await countRows(db, table)) - there
    if (rows > 0) left.push({ table, rows })
  }
  return left
}
