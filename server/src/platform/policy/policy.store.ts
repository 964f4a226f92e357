import { z } from 'zod'
import { type Db, remembered, type Tx } from '../db/index.ts'
import type { Policy } from './policy.ts'

declare module '../db/tables.ts' {
  interface Tables {
    readonly policy: {
      name: string
      /** JSON: the fields that were set. The others are the defaults of the version that reads it. */
      value: string
    }
  }
}

const setFields = z.record(z.string(), z.unknown())

const findSetFields = remembered(['policy'], async (db, name) => {
  const row = await db.selectFrom('policy').select('value').where('name', '=', name).executeTakeFirst()
  return row === undefined ? {} : setFields.parse(JSON.parse(row.value))
})

/**
 * @returns the policy: what was set, and the defaults for the rest. What another process has set counts here half a
 *   second later.
 */
export async function readPolicy<Schema extends z.ZodObject>(
  db: Db | Tx,
  policy: Policy<Schema>,
): Promise<z.output<Schema>> {
  return policy.read(await readSetFields(db, policy))
}

/** @returns only the fields that were set, as they were written */
export async function readSetFields(db: Db | Tx, policy: Policy): Promise<Readonly<Record<string, unknown>>> {
  return (await findSetFields(db, policy.name)) ?? {}
}

/** Sets these fields and no others: what is left out is the default again. Checked before it is written. */
export async function savePolicy<Schema extends z.ZodObject>(
  db: Db | Tx,
  policy: Policy<Schema>,
  fields: z.input<Schema>,
): Promise<void> {
  policy.schema.parse(fields)
  const value = JSON.stringify(fields)
  await db
    .insertInto('policy')
    .values({ name: policy.name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}
