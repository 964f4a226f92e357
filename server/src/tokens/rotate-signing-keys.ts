import { type Db, inTransaction } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { PUBLISHED_BEFORE_MS } from './key-times.ts'
import { makeSigningKey, type SigningAlgorithm } from './make-signing-key.ts'
import * as store from './signing-key.store.ts'

/**
 * Makes the next key of an algorithm: published at once, signing from a quarter of an hour later on, when all
 * who check id_tokens can have it. The rest happens by the clock.
 *
 * One row is written, so there is nothing that could be half done; and where a next key is there already,
 * an operator's or another process's, it stays the only one.
 *
 * @param now milliseconds since the Unix epoch
 * @returns whether this call made it
 */
export async function stageSigningKey(
  db: Db,
  vault: Vault,
  algorithm: SigningAlgorithm,
  now: number,
): Promise<boolean> {
  const newest = await newestOf(db, algorithm)
  if (newest !== undefined && newest.activeFrom > now) return false
  const key = await makeSigningKey(vault, algorithm, {
    generation: (newest?.generation ?? 0) + 1,
    activeFrom: now + PUBLISHED_BEFORE_MS,
  })
  return store.add(db, key, now)
}

/**
 * For a key that is in wrong hands: a new one signs at once, and all others of its algorithm are gone. Every
 * id_token that they signed is refused from here on, the good ones with the forged ones.
 */
export async function replaceSigningKeys(
  db: Db,
  vault: Vault,
  algorithm: SigningAlgorithm,
  now: number,
): Promise<void> {
  for (;;) {
    const newest = await newestOf(db, algorithm)
    const generation = (newest?.generation ?? 0) + 1
    const key = await makeSigningKey(vault, algorithm, { generation, activeFrom: now })
    const isReplaced = await inTransaction(db, async (tx) => {
      if (!(await store.add(tx, key, now))) return false
      const older = (await store.list(tx)).filter(
        (each) => each.algorithm === algorithm && each.kid !== key.kid,
      )
      await store.remove(
        tx,
        older.map(({ kid }) => kid),
      )
      return true
    })
    if (isReplaced) return
  }
}

async function newestOf(db: Db, algorithm: SigningAlgorithm): Promise<store.StoredSigningKey | undefined> {
  return (await store.list(db)).findLast((key) => key.algorithm === algorithm)
}
