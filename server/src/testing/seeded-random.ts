/** Random numbers that are the same for the same seed (mulberry32). */
export interface SeededRandom {
  /** @returns a whole number from 0 to below `limit` */
  below(limit: number): number
  /** @returns one of them; `undefined` of none */
  oneOf<Item>(items: readonly Item[]): Item | undefined
}

export function seededRandom(seed: number): SeededRandom {
  let state = seed
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
  return { below, oneOf: (items) => items[below(items.length)] }
}

/** `LIGATURE_TEST_SEED`, or another one each time. A test that uses it says which it was. */
export function chosenSeed(): number {
  return Number(process.env['LIGATURE_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
}
