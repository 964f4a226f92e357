import type { Migration } from '../src/platform/db/migration.ts'

/** What users sign in with that they know. */
export const passwords: Migration = {
  async up(db) {
    const { schema } = db

    await schema
      .createTable('password')
      .addColumn('user_id', 'text', (column) => column.primaryKey().references('user.id').onDelete('cascade'))
      .addColumn('hash_sealed', 'text', (column) => column.notNull())
      // `own`: hashed here. `imported`: as another system hashed it, until its user signs in.
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('set_at', 'bigint', (column) => column.notNull())
      // Another one at each change, by which a change that was decided about an older one is found out.
      .addColumn('version', 'text', (column) => column.notNull())
      .execute()

    await schema
      .createTable('password_history')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('user_id', 'text', (column) => column.notNull().references('user.id').onDelete('cascade'))
      .addColumn('hash_sealed', 'text', (column) => column.notNull())
      .addColumn('replaced_at', 'bigint', (column) => column.notNull())
      .execute()
    await schema
      .createIndex('password_history_user')
      .on('password_history')
      .columns(['user_id', 'replaced_at'])
      .execute()

    await schema
      .createTable('password_guess')
      // Keyed hash of the user's id, or of a name that nobody has.
      .addColumn('key', 'text', (column) => column.primaryKey())
      .addColumn('failures', 'integer', (column) => column.notNull())
      .addColumn('locks', 'integer', (column) => column.notNull())
      .addColumn('last_at', 'bigint', (column) => column.notNull())
      .addColumn('locked_until', 'bigint', (column) => column.notNull())
      .addColumn('touches', 'integer', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute()
    await schema.createIndex('password_guess_expires_at').on('password_guess').column('expires_at').execute()
  },
}
