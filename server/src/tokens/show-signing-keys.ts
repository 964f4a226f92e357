import type { Db } from '../platform/db/index.ts'
import { type KeyState, publishedUntil, retiresAt, stateAt } from './key-times.ts'
import * as store from './signing-key.store.ts'

/** A signing key as an operator sees it. Moments are milliseconds since the Unix epoch. */
export interface ShownSigningKey {
  readonly kid: string
  readonly algorithm: string
  readonly state: KeyState
  readonly activeFrom: number
  /** Absent while no successor is known. */
  readonly retiresAt: number | undefined
  /** No earlier than this it leaves the published keys. */
  readonly publishedUntil: number | undefined
  readonly hasPrivatePart: boolean
}

/** @returns every key, those of one algorithm in the order in which they sign */
export async function showSigningKeys(
  db: Db,
  longestTokenSeconds: number,
  now: number,
): Promise<ShownSigningKey[]> {
  const keys = await store.list(db)
  return keys.map((key) => {
    const own = keys.filter(({ algorithm }) => algorithm === key.algorithm)
    return {
      kid: key.kid,
      algorithm: key.algorithm,
      state: stateAt(own, key, now),
      activeFrom: key.activeFrom,
      retiresAt: retiresAt(own, key),
      publishedUntil: publishedUntil(own, key, longestTokenSeconds),
      hasPrivatePart: key.privateJwkSealed !== undefined,
    }
  })
}
