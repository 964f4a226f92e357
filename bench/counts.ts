import { z } from 'zod'

/** What a store has been asked for since a server began. */
export const countsSchema = z.object({
  /** Those that begin and end a transaction included. */
  statements: z.number(),
  /** Times that the server waited for the store; SQLite is in its process, and it never does. */
  roundTrips: z.number(),
  /** Commits, each of which waits until it is on the disk; PostgreSQL may flush once for several. */
  flushes: z.number(),
  /** Inserted, updated and deleted. */
  rows: z.number(),
  /** That the database takes up. */
  bytes: z.number(),
})

export type Counts = z.infer<typeof countsSchema>

/** @returns what one of so many requests asked for */
export function perRequest(before: Counts, after: Counts, requests: number): Counts {
  const of = (name: keyof Counts): number => (after[name] - before[name]) / requests
  return {
    statements: of('statements'),
    roundTrips: of('roundTrips'),
    flushes: of('flushes'),
    rows: of('rows'),
    bytes: of('bytes'),
  }
}
