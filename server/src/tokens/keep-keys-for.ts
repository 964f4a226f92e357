import type { Db } from '../platform/db/index.ts'
import { neededUntil } from './key-times.ts'
import type { SigningAlgorithm } from './make-signing-key.ts'
import { keepUntil } from './signing-key.store.ts'

/**
 * Keeps keys published for the id_tokens that were issued until now under settings that are about to change:
 * they live on by the old ones.
 *
 * @param now milliseconds since the Unix epoch
 */
export async function keepKeysFor(
  db: Db,
  issued: { readonly algorithm: SigningAlgorithm; readonly lifetimeSeconds: number },
  now: number,
): Promise<void> {
  await keepUntil(db, issued.algorithm, neededUntil(now, issued.lifetimeSeconds))
}
