import { randomInt } from 'node:crypto'
import { type Db, statement, type Tx, type Values } from '../platform/db/index.ts'

declare module '../platform/db/tables.ts' {
  interface Tables {
    readonly human_check_count: {
      kind: string
      started_at: number
      lane: number
      amount: number
    }
    readonly human_check_breaker: {
      name: string
      opened_at: number
      open_until: number
    }
  }
}

/** What is counted together. */
const GRAIN_MS = 10_000
/** A row that everybody adds to would make them all wait for each other. */
const LANES = 8
const BREAKER = 'codes'
/** An open breaker is not written at each sign of trouble. */
const WRITTEN_AGAIN_AFTER_MS = 30_000

/** What happens to codes. A right guess is a code that was used. */
export type Counted = 'code sent' | 'right guess' | 'wrong guess'

const countOne = statement((db, value: Values<{ kind: string; startedAt: number; lane: number }>) =>
  db
    .insertInto('human_check_count')
    .values({ kind: value.kind, started_at: value.startedAt, lane: value.lane, amount: 1 })
    .onConflict((conflict) =>
      conflict
        .columns(['kind', 'started_at', 'lane'])
        .doUpdateSet((column) => ({ amount: column('human_check_count.amount', '+', 1) })),
    ),
)

/** Counts one, in the transaction of what happened. */
export async function count(tx: Tx, kind: Counted, now: number): Promise<void> {
  await countOne.later(tx, { kind, startedAt: now - (now % GRAIN_MS), lane: randomInt(LANES) })
}

/** How many of each there were. */
export type Counts = Readonly<Record<Counted, number>>

/**
 * Adds up the counts of two times that end now, in one statement.
 *
 * @returns of each time how many there were; what began up to ten seconds before it is counted as well
 */
export async function countsWithin(
  db: Db,
  shorterMs: number,
  longerMs: number,
  now: number,
): Promise<{ readonly shorter: Counts; readonly longer: Counts }> {
  const rows = await db
    .selectFrom('human_check_count')
    .select(({ fn, eb, ref }) => [
      'kind',
      fn.sum<number>('amount').as('longer'),
      fn
        .sum<number>(
          eb
            .case()
            .when('started_at', '>', now - shorterMs - GRAIN_MS)
            .then(ref('amount'))
            .else(0)
            .end(),
        )
        .as('shorter'),
    ])
    .where('kind', 'in', ['code sent', 'right guess', 'wrong guess'])
    .where('started_at', '>', now - longerMs - GRAIN_MS)
    .groupBy('kind')
    .execute()
  const countsOf = (time: 'shorter' | 'longer'): Counts => {
    const amountOf = (kind: Counted) => rows.find((row) => row.kind === kind)?.[time] ?? 0
    return {
      'code sent': amountOf('code sent'),
      'right guess': amountOf('right guess'),
      'wrong guess': amountOf('wrong guess'),
    }
  }
  return { shorter: countsOf('shorter'), longer: countsOf('longer') }
}

/** @returns until when the breaker is open; 0 when it never was */
export async function openUntil(db: Db): Promise<number> {
  const row = await db
    .selectFrom('human_check_breaker')
    .select('open_until')
    .where('name', '=', BREAKER)
    .executeTakeFirst()
  return row?.open_until ?? 0
}

/**
 * Opens the breaker, or holds it open.
 *
 * @returns whether it was closed; of several instances that see the same trouble one gets `true`
 */
export async function open(tx: Tx, now: number, openMs: number): Promise<boolean> {
  const fields = { opened_at: now, open_until: now + openMs }
  const opened = await tx
    .insertInto('human_check_breaker')
    .values({ name: BREAKER, ...fields })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet(fields).where('human_check_breaker.open_until', '<=', now),
    )
    .returning('name')
    .executeTakeFirst()
  if (opened !== undefined) return true
  await tx
    .updateTable('human_check_breaker')
    .set({ open_until: fields.open_until })
    .where('name', '=', BREAKER)
    .where('open_until', '<', fields.open_until - WRITTEN_AGAIN_AFTER_MS)
    .execute()
  return false
}

/** Forgets what no longer counts. @returns how many rows were removed */
export async function sweepCounts(db: Db, startedBefore: number, atMost: number): Promise<number> {
  const oldest = await db
    .selectFrom('human_check_count')
    .select('started_at')
    .where('started_at', '<', startedBefore)
    .orderBy('started_at')
    .limit(1)
    .offset(atMost)
    .executeTakeFirst()
  const { numDeletedRows } = await db
    .deleteFrom('human_check_count')
    .where('started_at', '<', oldest?.started_at ?? startedBefore)
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
