import { type Migration, sql } from '../src/platform/db/migration.ts'

/** A sign-in can wait for a user who is known already, and not only for an identity that nobody is bound to. */
export const signInsOfUsers: Migration = {
  async up(db) {
    const { schema } = db

    // SQLite cannot let a column be null that could not, so the table is made anew.
    await schema
      .createTable('next_sign_in')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('client_id', 'text', (column) => column.notNull().references('application.client_id'))
      .addColumn('status', 'text', (column) => column.notNull())
      // The identity that waits to be bound; null where none does.
      .addColumn('connection_id', 'text', (column) => column.references('connection.id'))
      .addColumn('subject', 'text')
      .addColumn('union_subject', 'text')
      // The user who has proved himself but is not in yet; null where nobody has.
      .addColumn('user_id', 'text', (column) => column.references('user.id').onDelete('cascade'))
      .addColumn('state_token_hash', 'text', (column) => column.notNull())
      .addColumn('tries', 'integer', (column) => column.notNull())
      .addColumn('opened_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('completed_at', 'bigint')
      .addColumn('ended_at', 'bigint')
      .addColumn('ip', 'text', (column) => column.notNull())
      .addColumn('device', 'text', (column) => column.notNull())
      .execute()
    await sql`
      insert into next_sign_in (id, client_id, status, connection_id, subject, union_subject, user_id,
        state_token_hash, tries, opened_at, expires_at, completed_at, ended_at, ip, device)
      select id, client_id, status, connection_id, subject, union_subject, null,
        state_token_hash, tries, opened_at, expires_at, completed_at, ended_at, ip, device
      from sign_in`.execute(db)
    await schema.dropTable('sign_in').execute()
    await schema.alterTable('next_sign_in').renameTo('sign_in').execute()
    await schema.createIndex('sign_in_identity').on('sign_in').columns(['connection_id', 'subject']).execute()
    await schema.createIndex('sign_in_user').on('sign_in').column('user_id').execute()
    await schema.createIndex('sign_in_expires_at').on('sign_in').column('expires_at').execute()
  },
}
