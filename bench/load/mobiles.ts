const FIRST = 13_000_000_000

let given = 0

/** A mobile number that nobody had before in this process. */
export function nextMobile(): string {
  return String(FIRST + given++)
}
