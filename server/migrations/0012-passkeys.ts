import type { Migration } from '../src/platform/db/migration.ts'

/** What users sign in with that they have: keys in their devices. */
export const passkeys: Migration = {
  async up(db) {
    const { schema } = db

    await schema
      .createTable('passkey')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('user_id', 'text', (column) => column.notNull().references('user.id').onDelete('cascade'))
      // The authenticator's own id of it, base64url. One passkey is one user's.
      .addColumn('credential_id', 'text', (column) => column.notNull().unique())
      // COSE, base64url.
      .addColumn('public_key', 'text', (column) => column.notNull())
      .addColumn('name_sealed', 'text', (column) => column.notNull())
      // How often the authenticator says that it was used; 0 where it does not count.
      .addColumn('sign_count', 'bigint', (column) => column.notNull())
      // 1: a copy of it exists elsewhere.
      .addColumn('backed_up', 'integer', (column) => column.notNull())
      // Whether it can be copied at all, which never changes: `singleDevice` or `multiDevice`.
      .addColumn('device_type', 'text', (column) => column.notNull())
      // JSON: by what a browser reaches it.
      .addColumn('transports', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('last_used_at', 'bigint')
      .execute()
    await schema.createIndex('passkey_user').on('passkey').columns(['user_id', 'created_at']).execute()

    await schema
      .createTable('passkey_challenge')
      .addColumn('challenge_hash', 'text', (column) => column.primaryKey())
      .addColumn('purpose', 'text', (column) => column.notNull())
      .addColumn('client_id', 'text', (column) => column.notNull())
      // Null where nobody has said yet who he is.
      .addColumn('user_id', 'text', (column) => column.references('user.id').onDelete('cascade'))
      // Null where it belongs to no sign-in that waits for it.
      .addColumn('sign_in_id', 'text')
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('used_at', 'bigint')
      .execute()
    await schema.createIndex('passkey_challenge_user').on('passkey_challenge').column('user_id').execute()
    await schema
      .createIndex('passkey_challenge_expires_at')
      .on('passkey_challenge')
      .column('expires_at')
      .execute()
  },
}
