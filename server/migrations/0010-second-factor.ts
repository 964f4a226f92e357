import type { Migration } from '../src/platform/db/migration.ts'

/** What a sign-in waits for besides the first proof, and which sessions began with two. */
export const secondFactor: Migration = {
  async up(db) {
    const { schema } = db

    // --- sessions
    // When a second factor was passed on the way in; null when none was.
    await schema.alterTable('session').addColumn('second_factor_at', 'bigint').execute()
  },
}
