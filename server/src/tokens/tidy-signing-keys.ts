import type { Db } from '../platform/db/index.ts'
import { publishedUntil, signsUntil } from './key-times.ts'
import * as store from './signing-key.store.ts'

/**
 * Forgets the private part of every key that nothing signs with any more, and the rest of it once no token
 * needs it. Nothing is right only because this ran: which key signs, the clock says.
 *
 * @param longestTokenSeconds the longest life of any application's id_tokens
 */
export async function tidySigningKeys(db: Db, longestTokenSeconds: number, now: number): Promise<void> {
  const keys = await store.list(db)
  const isOver = (until: number | undefined) => until !== undefined && until <= now
  const kidsWhere = (
    isDone: (own: readonly store.StoredSigningKey[], key: store.StoredSigningKey) => boolean,
  ) => keys.filter((key) => isDone(ofAlgorithm(keys, key.algorithm), key)).map(({ kid }) => kid)

  await store.forgetPrivateParts(
    db,
    kidsWhere((own, key) => key.privateJwkSealed !== undefined && isOver(signsUntil(own, key))),
  )
  await store.remove(
    db,
    kidsWhere((own, key) => isOver(publishedUntil(own, key, longestTokenSeconds))),
  )
}

function ofAlgorithm(keys: readonly store.StoredSigningKey[], algorithm: string): store.StoredSigningKey[] {
  return keys.filter((key) => key.algorithm === algorithm)
}
