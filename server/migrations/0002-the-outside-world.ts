import type { Migration } from '../src/platform/db/migration.ts'

/** What an operator configures, what WeChat lends us, and what every message came to. */
export const theOutsideWorld: Migration = {
  async up(db) {
    const { schema } = db

    // --- platform
    await schema
      .createTable('policy')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .execute()

    // --- messages
    await schema
      .createTable('gateway')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('settings', 'text', (column) => column.notNull())
      // The secrets among the settings, as JSON, sealed.
      .addColumn('secrets_sealed', 'text', (column) => column.notNull())
      // A lower one is tried first.
      .addColumn('rank', 'integer', (column) => column.notNull())
      .execute()
    await schema
      .createTable('message_attempt')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('message_id', 'text', (column) => column.notNull())
      .addColumn('sign_in_id', 'text')
      .addColumn('client_id', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('gateway', 'text', (column) => column.notNull())
      .addColumn('channel', 'text', (column) => column.notNull())
      .addColumn('purpose', 'text', (column) => column.notNull())
      .addColumn('area_code', 'text')
      .addColumn('address_index', 'text', (column) => column.notNull())
      .addColumn('address_masked', 'text', (column) => column.notNull())
      .addColumn('result', 'text', (column) => column.notNull())
      .addColumn('because', 'text')
      // In millionths of the currency's unit: a message costs fractions of a cent.
      .addColumn('cost_micros', 'bigint')
      .addColumn('currency', 'text')
      .execute()
    await schema.createIndex('message_attempt_at').on('message_attempt').column('at').execute()
    await schema.createIndex('message_attempt_sign_in').on('message_attempt').column('sign_in_id').execute()

    // --- connections
    await schema
      .alterTable('connection')
      .addColumn('phone_button', 'integer', (column) => column.notNull().defaultTo(0))
      .execute()
    await schema.createIndex('connection_name').unique().on('connection').column('name').execute()
    await schema
      .createTable('access_token')
      .addColumn('connection_id', 'text', (column) => column.primaryKey().references('connection.id'))
      .addColumn('token_sealed', 'text')
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      // While one process fetches a new one, the others wait for it; until then at most.
      .addColumn('fetching_until', 'bigint', (column) => column.notNull())
      .execute()
    await schema
      .createTable('unbound_identity')
      .addColumn('connection_id', 'text', (column) => column.notNull().references('connection.id'))
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('unbound_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('unbound_identity_of', ['connection_id', 'subject'])
      .execute()
  },
}
