import { z } from 'zod'
import { findFact, removeFact, replaceFact, setFact } from '../db/deployment.store.ts'
import { type Db, takeTurns, type Tx } from '../db/index.ts'
import { StartError } from '../start-error.ts'

/** Under which the target remembers a copy that is not finished. While it is there, nothing serves from it. */
const COPY = 'copy'

const progressSchema = z.object({
  /** Which deployment is copied. */
  source: z.string(),
  /** Tables that are there as a whole. */
  done: z.array(z.string()),
  /** The key of the last row that is there, of the table after those. */
  after: z.array(z.string()),
})

/** How far a copy is. It changes in the transaction of the rows that it tells of. */
export type CopyProgress = z.infer<typeof progressSchema>

/** @throws {StartError} when a copy into this database was begun and not finished */
export async function refuseUnfinishedCopy(db: Db): Promise<void> {
  if ((await findFact(db, COPY)) === undefined) return
  throw new StartError(
    'a copy into this database is not finished: run `ligature copy` again. Until then nothing is served from it.',
  )
}

/**
 * Begins a copy, or goes on with the one that was begun.
 *
 * @param refuseData throws when the target holds what a copy would meet; asked before a new one only
 * @throws {StartError} when the one that was begun is of another source
 */
export async function beginCopy(
  tx: Tx,
  source: string,
  refuseData: () => Promise<void>,
): Promise<CopyProgress> {
  await takeTurns(tx, ['copy'])
  const known = await findFact(tx, COPY)
  if (known === undefined) {
    await refuseData()
    const progress = { source, done: [], after: [] }
    await setFact(tx, COPY, JSON.stringify(progress))
    return progress
  }
  const progress = progressSchema.parse(JSON.parse(known))
  if (progress.source === source) return progress
  throw new StartError('the copy into this database that is not finished is of another deployment')
}

/** @throws {StartError} when another process is copying into this database as well */
export async function advance(tx: Tx, known: CopyProgress, next: CopyProgress): Promise<void> {
  if (await replaceFact(tx, COPY, JSON.stringify(known), JSON.stringify(next))) return
  throw new StartError('another copy into this database is under way')
}

/** From here on the target may be served. */
export async function finishCopy(tx: Tx): Promise<void> {
  await removeFact(tx, COPY)
}
