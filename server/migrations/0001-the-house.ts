import { type Migration, sql } from '../src/platform/db/migration.ts'

/**
 * Moments are milliseconds since the Unix epoch, in `…_at`. Ciphertexts, hashes and keyed hashes are
 * text. A switch is 0 or 1.
 */
export const theHouse: Migration = {
  async up(db) {
    const { schema } = db

    // --- platform
    await schema
      .createTable('deployment')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .execute()
    await schema
      .createTable('data_key')
      .addColumn('number', 'integer', (column) => column.primaryKey())
      .addColumn('wrapped', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute()
    await schema
      .createTable('budget')
      .addColumn('key', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('spent', 'text', (column) => column.notNull())
      .addColumn('in_a_row', 'integer', (column) => column.notNull())
      .addColumn('touches', 'integer', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute()
    await schema.createIndex('budget_expires_at').on('budget').column('expires_at').execute()

    // --- audit
    await schema
      .createTable('audit_event')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('client_id', 'text')
      .addColumn('user_id', 'text')
      .addColumn('sign_in_id', 'text')
      .addColumn('session_id', 'text')
      .addColumn('connection_id', 'text')
      .addColumn('address_index', 'text')
      .addColumn('address_masked', 'text')
      .addColumn('ip', 'text')
      .addColumn('because', 'text')
      .execute()
    await schema.createIndex('audit_event_user').on('audit_event').columns(['user_id', 'at']).execute()
    await schema.createIndex('audit_event_sign_in').on('audit_event').columns(['sign_in_id', 'at']).execute()

    // --- tokens
    await schema
      .createTable('signing_key')
      .addColumn('kid', 'text', (column) => column.primaryKey())
      .addColumn('algorithm', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('public_jwk', 'text', (column) => column.notNull())
      .addColumn('private_jwk', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute()
    // Of two processes that start at once, one makes the key of an algorithm.
    await schema
      .createIndex('signing_key_active')
      .unique()
      .on('signing_key')
      .column('algorithm')
      .where(sql.ref('state'), '=', sql.lit('active'))
      .execute()

    // --- applications
    await schema
      .createTable('application')
      .addColumn('client_id', 'text', (column) => column.primaryKey())
      .addColumn('name_zh', 'text', (column) => column.notNull())
      .addColumn('name_en', 'text', (column) => column.notNull())
      .addColumn('id_token_algorithm', 'text', (column) => column.notNull())
      .addColumn('id_token_subject', 'text', (column) => column.notNull())
      .addColumn('id_token_seconds', 'integer', (column) => column.notNull())
      .addColumn('session_seconds', 'integer', (column) => column.notNull())
      .addColumn('renews_session', 'integer', (column) => column.notNull())
      .addColumn('origins', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('disabled_at', 'bigint')
      .execute()

    // --- users
    await schema
      .createTable('user')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('user_name', 'text', (column) => column.notNull())
      .addColumn('user_name_key', 'text', (column) => column.notNull().unique())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('disabled_at', 'bigint')
      .execute()
    await schema
      .createTable('user_address')
      .addColumn('user_id', 'text', (column) => column.notNull().references('user.id').onDelete('cascade'))
      .addColumn('channel', 'text', (column) => column.notNull())
      .addColumn('address_sealed', 'text', (column) => column.notNull())
      .addColumn('address_index', 'text', (column) => column.notNull())
      .addColumn('address_masked', 'text', (column) => column.notNull())
      .addColumn('verified_at', 'bigint')
      .addPrimaryKeyConstraint('user_address_one_per_channel', ['user_id', 'channel'])
      .execute()
    // One user per verified address; an unverified one may stand with many and finds nobody.
    await schema
      .createIndex('user_address_verified')
      .unique()
      .on('user_address')
      .column('address_index')
      .where(sql.ref('verified_at'), 'is not', null)
      .execute()
    await schema.createIndex('user_address_index').on('user_address').column('address_index').execute()

    // --- verifications
    await schema
      .createTable('verification')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('address_index', 'text', (column) => column.notNull())
      .addColumn('purpose', 'text', (column) => column.notNull())
      .addColumn('client_id', 'text', (column) => column.notNull().references('application.client_id'))
      .addColumn('sign_in_id', 'text', (column) => column.notNull())
      .addColumn('address_masked', 'text', (column) => column.notNull())
      .addColumn('code_hash', 'text', (column) => column.notNull())
      .addColumn('attempts', 'integer', (column) => column.notNull())
      .addColumn('sent_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('used_at', 'bigint')
      // One open code for each of these; a newer one takes the row over.
      .addUniqueConstraint('verification_of', ['address_index', 'purpose', 'client_id', 'sign_in_id'])
      .execute()
    await schema.createIndex('verification_sign_in').on('verification').column('sign_in_id').execute()
    await schema.createIndex('verification_expires_at').on('verification').column('expires_at').execute()
    await schema
      .createTable('test_address')
      .addColumn('address_index', 'text', (column) => column.primaryKey())
      .addColumn('address_masked', 'text', (column) => column.notNull())
      .addColumn('code_sealed', 'text', (column) => column.notNull())
      .execute()

    // --- connections
    await schema
      .createTable('connection')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('app_id', 'text', (column) => column.notNull())
      .addColumn('app_secret_sealed', 'text', (column) => column.notNull())
      .addColumn('open_platform', 'text')
      .addColumn('when_unbound', 'text', (column) => column.notNull())
      .addColumn('second_identity', 'text', (column) => column.notNull())
      .addColumn('requires_own_code', 'integer', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('disabled_at', 'bigint')
      .execute()
    await schema
      .createTable('connection_application')
      .addColumn('client_id', 'text', (column) => column.notNull().references('application.client_id'))
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('connection_id', 'text', (column) => column.notNull().references('connection.id'))
      .addPrimaryKeyConstraint('connection_application_one_per_kind', ['client_id', 'kind'])
      .execute()
    await schema
      .createTable('identity')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('connection_id', 'text', (column) => column.notNull().references('connection.id'))
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('open_platform', 'text')
      .addColumn('union_subject', 'text')
      .addColumn('user_id', 'text', (column) => column.notNull().references('user.id').onDelete('cascade'))
      // The user again where the connection refuses a second identity, else null: the index below
      // then holds what the setting says, whichever way two requests meet.
      .addColumn('sole_of_user_id', 'text')
      .addColumn('bound_at', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('identity_of', ['connection_id', 'subject'])
      .addUniqueConstraint('identity_sole', ['connection_id', 'sole_of_user_id'])
      .execute()
    await schema
      .createIndex('identity_union')
      .on('identity')
      .columns(['open_platform', 'union_subject'])
      .execute()
    await schema.createIndex('identity_user').on('identity').column('user_id').execute()

    // --- sessions
    await schema
      .createTable('session')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('token_hash', 'text', (column) => column.notNull().unique())
      .addColumn('replaced_token_hash', 'text', (column) => column.unique())
      .addColumn('replaced_until', 'bigint')
      .addColumn('user_id', 'text', (column) => column.notNull().references('user.id').onDelete('cascade'))
      .addColumn('client_id', 'text', (column) => column.notNull().references('application.client_id'))
      .addColumn('sign_in_id', 'text', (column) => column.notNull())
      .addColumn('opened_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('ended_at', 'bigint')
      .addColumn('ip', 'text', (column) => column.notNull())
      .addColumn('device', 'text', (column) => column.notNull())
      .execute()
    await schema.createIndex('session_user').on('session').column('user_id').execute()
    await schema.createIndex('session_expires_at').on('session').column('expires_at').execute()

    // --- sign-in
    await schema
      .createTable('sign_in')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('client_id', 'text', (column) => column.notNull().references('application.client_id'))
      .addColumn('connection_id', 'text', (column) => column.notNull().references('connection.id'))
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('open_platform', 'text')
      .addColumn('union_subject', 'text')
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('state_token_hash', 'text', (column) => column.notNull())
      .addColumn('tries', 'integer', (column) => column.notNull())
      .addColumn('opened_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('completed_at', 'bigint')
      .addColumn('ended_at', 'bigint')
      .addColumn('ip', 'text', (column) => column.notNull())
      .addColumn('device', 'text', (column) => column.notNull())
      .execute()
    await schema.createIndex('sign_in_identity').on('sign_in').columns(['connection_id', 'subject']).execute()
    await schema.createIndex('sign_in_expires_at').on('sign_in').column('expires_at').execute()
  },
}
