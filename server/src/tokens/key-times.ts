const MINUTE_MS = 60_000

/** How long anybody may keep the published keys. */
export const JWKS_CACHED_MS = 5 * MINUTE_MS

/** An instance that could not read the keys for longer neither signs nor publishes. */
export const TOO_OLD_MS = 5 * MINUTE_MS

/** By how much clocks may differ. */
const CLOCKS_DIFFER_MS = 5 * MINUTE_MS

/**
 * A new key is published for this long before it signs. An instance that read the keys a moment before it
 * was made may show the old ones for as long as it may go without reading; somebody may keep what it showed;
 * and the clock of the first one to sign may run ahead.
 *
 * @see docs/decisions/0013-signing-keys.md
 */
export const PUBLISHED_BEFORE_MS = TOO_OLD_MS + JWKS_CACHED_MS + CLOCKS_DIFFER_MS

/** After its successor took over, an instance may sign with a key for as long as its clock is late. */
const SIGNS_AFTER_MS = CLOCKS_DIFFER_MS

/** Beyond the life of the last token that was signed with it. */
const PUBLISHED_AFTER_MS = 10 * MINUTE_MS

/** What decides what a key is for, at any moment. */
export interface KeyTimes {
  readonly generation: number
  readonly activeFrom: number
  readonly neededUntil: number
}

/** `next` is published and signs later; `retired` is published and signs no more. */
export type KeyState = 'next' | 'active' | 'retired'

/**
 * The key that signs, by the clock alone, so that all instances change over at the same moment and nobody
 * has to do anything for it.
 *
 * @param keys of one algorithm, in the order of their generations
 * @returns the youngest whose time has come; before anybody's time the first
 */
export function activeAt<Key extends KeyTimes>(keys: readonly Key[], now: number): Key | undefined {
  return keys.findLast((key) => key.activeFrom <= now) ?? keys[0]
}

export function stateAt<Key extends KeyTimes>(keys: readonly Key[], key: Key, now: number): KeyState {
  const active = activeAt(keys, now)
  if (active === undefined || key.generation === active.generation) return 'active'
  return key.generation < active.generation ? 'retired' : 'next'
}

/** @returns when its successor takes over; `undefined` without one */
export function retiresAt(keys: readonly KeyTimes[], key: KeyTimes): number | undefined {
  return keys.find(({ generation }) => generation > key.generation)?.activeFrom
}

/** @returns from when on no instance signs with it, so that its private part can go */
export function signsUntil(keys: readonly KeyTimes[], key: KeyTimes): number | undefined {
  const at = retiresAt(keys, key)
  return at === undefined ? undefined : at + SIGNS_AFTER_MS
}

/**
 * @param longestTokenSeconds the longest life of any application's id_tokens
 * @returns from when on no token needs it, so that it need not be published any more
 */
export function publishedUntil(
  keys: readonly KeyTimes[],
  key: KeyTimes,
  longestTokenSeconds: number,
): number | undefined {
  const at = retiresAt(keys, key)
  return at === undefined ? undefined : Math.max(neededUntil(at, longestTokenSeconds), key.neededUntil)
}

/** @returns when the last token is over that lived so long and was signed at that moment, with a margin */
export function neededUntil(signedAt: number, tokenSeconds: number): number {
  return signedAt + tokenSeconds * 1000 + PUBLISHED_AFTER_MS
}
