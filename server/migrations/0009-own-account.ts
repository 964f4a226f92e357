import type { Migration } from '../src/platform/db/migration.ts'

/** What a user does with his own account, and what he is told of it. */
export const ownAccount: Migration = {
  async up(db) {
    const { schema } = db

    // --- users
    // When a user who closed his account is gone for good. Until then his addresses are still his.
    await schema.alterTable('user').addColumn('closes_at', 'bigint').execute()
    await schema.createIndex('user_closes_at').on('user').column('closes_at').execute()

    // --- messages
    await schema
      .createTable('notice')
      .addColumn('id', 'text', (column) => column.primaryKey())
      // By which gateways tell a repeated delivery; another one after a try that certainly sent nothing.
      .addColumn('message_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('language', 'text', (column) => column.notNull())
      .addColumn('client_id', 'text', (column) => column.notNull())
      .addColumn('application_zh', 'text', (column) => column.notNull())
      .addColumn('application_en', 'text', (column) => column.notNull())
      .addColumn('channel', 'text', (column) => column.notNull())
      .addColumn('address_sealed', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      // Nobody sends it before; whoever claims it moves this to the end of his claim.
      .addColumn('due_at', 'bigint', (column) => column.notNull())
      .addColumn('tries', 'integer', (column) => column.notNull())
      .addColumn('ended_at', 'bigint')
      .addColumn('result', 'text')
      .addColumn('because', 'text')
      .execute()
    await schema.createIndex('notice_due').on('notice').columns(['ended_at', 'due_at']).execute()
  },
}
