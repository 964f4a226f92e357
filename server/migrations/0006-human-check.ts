import type { Migration } from '../src/platform/db/migration.ts'

/** Sliders to be solved, proofs of work that were spent, and what the breaker counts. */
export const humanCheck: Migration = {
  async up(db) {
    const { schema } = db

    // --- human check
    await schema
      .createTable('human_check_slider')
      .addColumn('token_hash', 'text', (column) => column.primaryKey())
      .addColumn('client_id', 'text', (column) => column.notNull())
      .addColumn('expected_x', 'integer', (column) => column.notNull())
      .addColumn('checked_at', 'bigint')
      // The rest is there once it was solved: for whom, and the two spellings of the credential.
      .addColumn('sender_index', 'text')
      .addColumn('credential_hash', 'text')
      .addColumn('encrypted_credential_hash', 'text')
      .addColumn('used_at', 'bigint')
      // Of the picture, and from the check on of the credential.
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute()
    await schema
      .createIndex('human_check_slider_encrypted')
      .unique()
      .on('human_check_slider')
      .column('encrypted_credential_hash')
      .execute()
    await schema
      .createIndex('human_check_slider_expires')
      .on('human_check_slider')
      .column('expires_at')
      .execute()
    await schema
      .createTable('human_check_work')
      .addColumn('challenge_hash', 'text', (column) => column.primaryKey())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute()
    await schema.createIndex('human_check_work_expires').on('human_check_work').column('expires_at').execute()

    // --- the breaker
    await schema
      .createTable('human_check_count')
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      // Several rows of one time, so that requests seldom wait for each other.
      .addColumn('lane', 'integer', (column) => column.notNull())
      .addColumn('amount', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('human_check_count_of', ['kind', 'started_at', 'lane'])
      .execute()
    await schema
      .createTable('human_check_breaker')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('opened_at', 'bigint', (column) => column.notNull())
      .addColumn('open_until', 'bigint', (column) => column.notNull())
      .execute()
  },
}
