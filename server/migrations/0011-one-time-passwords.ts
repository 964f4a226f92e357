import type { Migration } from '../src/platform/db/migration.ts'

/** Second factors that are typed: one-time passwords of an authenticator app, and recovery codes. */
export const oneTimePasswords: Migration = {
  async up(db) {
    const { schema } = db

    // --- credentials
    await schema
      .createTable('totp')
      .addColumn('user_id', 'text', (column) => column.primaryKey().references('user.id').onDelete('cascade'))
      .addColumn('secret_sealed', 'text', (column) => column.notNull())
      .addColumn('set_at', 'bigint', (column) => column.notNull())
      // Until then it proves nothing.
      .addColumn('confirmed_at', 'bigint')
      // The newest step of time whose code was accepted; that of no earlier one is.
      .addColumn('last_step', 'bigint')
      // Another one for each secret, by which what was decided about an older one is found out.
      .addColumn('version', 'text', (column) => column.notNull())
      .execute()
    await schema.createIndex('totp_unconfirmed').on('totp').columns(['confirmed_at', 'set_at']).execute()

    await schema
      .createTable('recovery_code')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('user_id', 'text', (column) => column.notNull().references('user.id').onDelete('cascade'))
      .addColumn('hash_sealed', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('used_at', 'bigint')
      .execute()
    await schema
      .createIndex('recovery_code_user')
      .on('recovery_code')
      .columns(['user_id', 'used_at'])
      .execute()
  },
}
