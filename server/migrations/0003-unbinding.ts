import { type Migration, sql } from '../src/platform/db/migration.ts'

/** A session knows the identity that opened it, and an identity's group is always its connection's. */
export const unbinding: Migration = {
  async up(db) {
    const { schema } = db

    // --- connections
    // The copies of the group (`open_platform` of identity and of sign_in) went stale when an operator changed
    // it. Nothing reads them now; they stay while instances of the version before still write them.
    await schema.dropIndex('identity_union').execute()
    await schema.createIndex('identity_union').on('identity').column('union_subject').execute()

    // --- sessions
    await schema
      .alterTable('session')
      // Null for a session that no identity opened. No session outlives its identity.
      .addColumn('identity_id', 'text', (column) => column.references('identity.id').onDelete('cascade'))
      .execute()
    await schema.createIndex('session_identity').on('session').column('identity_id').execute()
    // Until now identities opened every session. Where a user has several of the application's connection,
    // nothing tells which it was; the first is taken.
    await sql`
      update session set identity_id = (
        select min(identity.id) from identity
        inner join connection_application on connection_application.connection_id = identity.connection_id
        where identity.user_id = session.user_id and connection_application.client_id = session.client_id
      )`.execute(db)
  },
}
