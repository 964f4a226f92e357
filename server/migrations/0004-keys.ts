import { type Migration, sql } from '../src/platform/db/migration.ts'

/** What it takes to change every key: signing keys by the clock, data keys one after the other, the master key. */
export const keys: Migration = {
  async up(db) {
    const { schema } = db

    // --- platform
    await schema
      .alterTable('data_key')
      .addColumn('seals_from', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute()
    // The same key under the next master key, while that one is taking over.
    await schema.alterTable('data_key').addColumn('wrapped_next', 'text').execute()
    await schema
      .createTable('running_process')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      .addColumn('beat', 'integer', (column) => column.notNull())
      .execute()

    // --- tokens
    await schema.dropIndex('signing_key_active').execute()
    await schema
      .alterTable('signing_key')
      .addColumn('generation', 'integer', (column) => column.notNull().defaultTo(1))
      .execute()
    await schema
      .alterTable('signing_key')
      .addColumn('active_from', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute()
    await schema
      .alterTable('signing_key')
      .addColumn('needed_until', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute()
    await schema.alterTable('signing_key').addColumn('private_jwk_sealed', 'text').execute()
    await sql`update signing_key set active_from = created_at, private_jwk_sealed = private_jwk`.execute(db)
    await schema.alterTable('signing_key').dropColumn('private_jwk').execute()
    await schema.alterTable('signing_key').dropColumn('state').execute()
    // Of two operators who rotate at once, one makes the next key.
    await schema
      .createIndex('signing_key_generation')
      .unique()
      .on('signing_key')
      .columns(['algorithm', 'generation'])
      .execute()

    // --- verifications
    await schema.alterTable('test_address').addColumn('address_sealed', 'text').execute()
  },
}
