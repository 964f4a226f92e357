import type { Migration } from '../src/platform/db/migration.ts'

/** What a user says of himself beyond his name. */
export const userAttributes: Migration = {
  async up(db) {
    // JSON under a seal; null where he has said nothing.
    await db.schema.alterTable('user').addColumn('attributes_sealed', 'text').execute()
  },
}
