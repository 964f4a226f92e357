import { z } from 'zod'
import type { Db } from '../../server/src/platform/db/index.ts'
import { sql } from '../../server/src/platform/db/migration.ts'
import type { Store } from '../scene.ts'

const indexRow = z.object({ name: z.string(), made: z.string() })

/**
 * Does what writes very many rows while there are no indexes but those of keys, and makes them again after it.
 *
 * @param make runs a statement that takes longer than a request's may
 */
export async function withoutIndexes(
  db: Db,
  store: Store,
  make: (statement: string) => Promise<void>,
  write: () => Promise<void>,
): Promise<void> {
  const { rows } = await (
    store === 'SQLite'
      ? sql`select name, sql as made from sqlite_schema where type = 'index' and sql is not null`
      : sql`select indexname as name, indexdef as made from pg_indexes where schemaname = current_schema() and
            not exists (select from pg_constraint where conname = indexname)`
  ).execute(db)
  const indexes = z.array(indexRow).parse(rows)
  for (const { name } of indexes) await sql`drop index ${sql.ref(name)}`.execute(db)
  await write()
  for (const { made } of indexes) await make(made)
}
