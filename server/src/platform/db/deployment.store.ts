import type { Db } from './types.ts'

/** @returns what this deployment remembers under that name */
async function findFact(db: Db, name: string): Promise<string | undefined> {
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

/** @returns whether the database answers */
export async function isAnswering(db: Db): Promise<boolean> {
  await findFact(db, 'mode')
  return true
}
