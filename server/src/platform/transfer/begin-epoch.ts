import { clearBackupMark } from '../db/backup-mark.ts'
import { MANIFEST } from '../db/backup-file.ts'
import { removeFact, setFact } from '../db/deployment.store.ts'
import type { Tx } from '../db/index.ts'
import { takeYourTime } from '../db/transaction.ts'
import { randomId } from '../secrets.ts'
import { emptyTable } from './rows.store.ts'
import type { TableFate } from './table-fate.ts'

/** How many rows of a table counted for something until now. */
export interface Ended {
  readonly table: string
  readonly rows: number
}

/**
 * Ends everything that was open or valid when this data was set aside, in the transaction of a restore: whether
 * it has ended since, these rows cannot know.
 *
 * Everything that we accept is a claim to a row, by a random id or hash that is never given twice; so what was
 * issued after the data was set aside has no row here, and what was issued before has one that is over.
 *
 * @param now milliseconds since the Unix epoch
 */
export async function beginEpoch(tx: Tx, fates: readonly TableFate[], now: number): Promise<Ended[]> {
  await takeYourTime(tx)
  const ended: Ended[] = []
  for (const { table, whenRestored } of fates) {
    if (whenRestored === 'kept') continue
    const rows = whenRestored === 'emptied' ? await emptyTable(tx, table) : await whenRestored(tx, now)
    ended.push({ table, rows })
  }
  await setFact(tx, 'epoch', randomId())
  await removeFact(tx, MANIFEST)
  await clearBackupMark(tx)
  return ended
}
