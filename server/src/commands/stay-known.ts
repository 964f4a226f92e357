import type { Deployment } from '../deployment.ts'
import type { Clock } from '../platform/clock.ts'
import * as processes from '../platform/db/running-process.store.ts'
import { BEAT_EVERY_MS } from '../platform/vault/running-processes.ts'

/** A process that did not count on for so long was killed, and its row is of no use. */
const DEAD_AFTER_MS = 10 * 60_000

/**
 * Shows every other second, until the data are closed, that this process lives, and learns of new data keys.
 * To be called as soon as they are open: who does not show it is taken for dead after a few seconds.
 *
 * @param takenForDead called when the master key was changed meanwhile, because this process was stopped and
 *   did not show that it lives: whatever it wrote now would be lost
 * @returns the same data
 */
export function stayKnown(deployment: Deployment, clock: Clock, takenForDead: () => void): Deployment {
  const { db, vault, processId } = deployment
  const seen = new Map<string, { readonly beat: number; readonly at: number }>()
  const beat = async (): Promise<void> => {
    if (!(await processes.beat(db, processId))) {
      takenForDead()
      return
    }
    await vault.refresh(clock.now())
    await processes.remove(db, findDead(await processes.list(db), seen))
  }
  // While the database is away nothing can be written by anybody; the next beat tries again.
  const timer = setInterval(() => void beat().catch(() => undefined), BEAT_EVERY_MS).unref()
  return {
    ...deployment,
    close() {
      clearInterval(timer)
      return deployment.close()
    },
  }
}

function findDead(
  rows: readonly processes.RunningProcess[],
  seen: Map<string, { readonly beat: number; readonly at: number }>,
): string[] {
  const at = performance.now()
  for (const { id, beat } of rows) {
    if (seen.get(id)?.beat !== beat) seen.set(id, { beat, at })
  }
  return rows
    .map(({ id }) => id)
    .filter((id) => {
      const last = seen.get(id)
      return last !== undefined && at - last.at > DEAD_AFTER_MS
    })
}
