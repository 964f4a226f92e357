import { hash } from 'node:crypto'

const WRAPS_AT = 2n ** 256n

/** How many rows there are, and a number that is another one when a row differs; their order does not matter. */
export interface RowSum {
  readonly rows: number
  /** 64 hexadecimal digits. */
  readonly checksum: string
}

export interface OpenRowSum {
  /** @param row its values, in an order of columns that is the same on both sides of a comparison */
  add(row: readonly unknown[]): void
  value(): RowSum
}

/** Adds up the SHA-256 of each row. */
export function openRowSum(): OpenRowSum {
  let rows = 0
  let sum = 0n
  return {
    add(row) {
      rows += 1
      sum = (sum + BigInt(`0x${hash('sha256', JSON.stringify(row))}`)) % WRAPS_AT
    },
    value: () => ({ rows, checksum: sum.toString(16).padStart(64, '0') }),
  }
}

export function isSameSum(one: RowSum, other: RowSum): boolean {
  return one.rows === other.rows && one.checksum === other.checksum
}
