import type { Migration } from '../src/platform/db/migration.ts'

/** Who may come in how, and what a sign-in waits for besides the first proof. */
export const secondFactor: Migration = {
  async up(db) {
    const { schema } = db

    // --- applications
    // JSON, in the form of the configuration file.
    await schema
      .alterTable('application')
      .addColumn('access_rules', 'text', (column) => column.notNull().defaultTo('[]'))
      .execute()

    // --- users
    await schema
      .createTable('user_group')
      .addColumn('user_id', 'text', (column) => column.notNull().references('user.id').onDelete('cascade'))
      .addColumn('name', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('user_group_member', ['user_id', 'name'])
      .execute()

    // --- sessions
    // When a second factor was passed on the way in; null when none was.
    await schema.alterTable('session').addColumn('second_factor_at', 'bigint').execute()

    // --- access
    await schema
      .createTable('user_visit')
      .addColumn('user_id', 'text', (column) => column.notNull().references('user.id').onDelete('cascade'))
      // Empty where the operator's lists do not know the address.
      .addColumn('country', 'text', (column) => column.notNull())
      .addColumn('last_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('user_visit_country', ['user_id', 'country'])
      .execute()
    await schema
      .createTable('trusted_device')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('token_hash', 'text', (column) => column.notNull().unique())
      .addColumn('user_id', 'text', (column) => column.notNull().references('user.id').onDelete('cascade'))
      .addColumn('client_id', 'text', (column) => column.notNull().references('application.client_id'))
      .addColumn('trusted_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('ip', 'text', (column) => column.notNull())
      .addColumn('device', 'text', (column) => column.notNull())
      .execute()
    await schema.createIndex('trusted_device_user').on('trusted_device').column('user_id').execute()
    await schema.createIndex('trusted_device_expires_at').on('trusted_device').column('expires_at').execute()

    // --- sign-in
    // What a sign-in does once a second factor is passed; null where it waits for something else.
    await schema.alterTable('sign_in').addColumn('effect', 'text').execute()
    // The kind of address that has proved its user already.
    await schema.alterTable('sign_in').addColumn('proved_channel', 'text').execute()
    await schema.alterTable('sign_in').addColumn('second_factor_at', 'bigint').execute()
  },
}
