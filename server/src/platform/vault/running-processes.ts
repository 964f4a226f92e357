import { setTimeout as delay } from 'node:timers/promises'
import { type Db, inTransaction, takeTurns, type Tx } from '../db/index.ts'
import * as processes from '../db/running-process.store.ts'
import { randomId } from '../secrets.ts'
import { StartError } from '../start-error.ts'
import * as dataKeys from './data-key.store.ts'
import { HALF_CHANGED } from './open-vault.ts'

/** How often a process shows that it lives. */
export const BEAT_EVERY_MS = 2_000

/** Who does not show it for so long is dead, or was stopped and finds out before it serves again. */
const WATCHED_FOR_MS = 4 * BEAT_EVERY_MS

const TURN = 'running processes'

/**
 * Writes down that this process has the database open. It takes turns with a change of the master key: either
 * the change sees this process, or this process sees the change.
 *
 * @param name for the operator
 * @returns the id to beat with
 * @throws {StartError} while the master key is being changed
 */
export async function registerProcess(db: Db, name: string, now: number): Promise<string> {
  const id = randomId()
  await inTransaction(db, async (tx) => {
    await takeTurns(tx, [TURN])
    const keys = await dataKeys.list(tx)
    if (keys.some(({ wrappedNext }) => wrappedNext !== undefined)) throw new StartError(HALF_CHANGED)
    await processes.add(tx, id, name, now)
  })
  return id
}

/**
 * Makes sure that nobody else has the database open, and writes this process down as the only one.
 *
 * Clocks may differ, so a process lives when it counts on while it is watched, whatever the time. What a
 * killed one left is removed. Nobody can come in between: the rows are looked at again in the transaction.
 *
 * @param begin what belongs into the same transaction
 * @throws {StartError} naming what still runs
 */
export async function becomeOnlyProcess(
  db: Db,
  name: string,
  now: number,
  begin: (tx: Tx) => Promise<void>,
): Promise<string> {
  const before = await processes.list(db)
  if (before.length > 0) await delay(WATCHED_FOR_MS)
  const id = randomId()
  await inTransaction(db, async (tx) => {
    await takeTurns(tx, [TURN])
    const alive = (await processes.list(tx)).filter((each) => !before.some((seen) => isSame(seen, each)))
    if (alive.length > 0) {
      const names = alive.map((each) => each.name).join(', ')
      throw new StartError(`this database is in use (${names}). Stop every instance first, then run it again`)
    }
    await processes.remove(
      tx,
      before.map((dead) => dead.id),
    )
    await begin(tx)
    await processes.add(tx, id, name, now)
  })
  return id
}

function isSame(one: processes.RunningProcess, other: processes.RunningProcess): boolean {
  return one.id === other.id && one.beat === other.beat
}
