import type { Db, Tx } from './types.ts'

/** @returns what this deployment remembers under that name */
export async function findFact(db: Db | Tx, name: string): Promise<string | undefined> {
  const row = await db.selectFrom('deployment').select('value').where('name', '=', name).executeTakeFirst()
  return row?.value
}

/**
 * Remembers a fact once and for all.
 *
 * @returns the value that stands, which is another's when another process was first
 */
export async function settleFact(db: Db, name: string, value: string): Promise<string> {
  await db
    .insertInto('deployment')
    .values({ name, value })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return (await findFact(db, name)) ?? value
}

/** Remembers a fact in the place of what was known under that name. */
export async function setFact(tx: Tx, name: string, value: string): Promise<void> {
  await tx
    .insertInto('deployment')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}

/** @returns `false` when somebody else has replaced it first */
export async function replaceFact(tx: Tx, name: string, known: string, value: string): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('deployment')
    .set({ value })
    .where('name', '=', name)
    .where('value', '=', known)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

export async function removeFact(tx: Tx, name: string): Promise<void> {
  await tx.deleteFrom('deployment').where('name', '=', name).execute()
}

/** @returns the epoch that a restore began; another one than yesterday's means: restored since */
export async function readEpoch(db: Db): Promise<string> {
  return (await findFact(db, 'epoch')) ?? ''
}

/**
 * @param epoch the one in which this process began: what it holds in memory is older than a restore since then
 * @returns whether the database answers, and holds the data that this process knows
 */
export async function isAnswering(db: Db, epoch: string): Promise<boolean> {
  return (await readEpoch(db)) === epoch
}
