import type { Db, Tx } from '../platform/db/index.ts'
import type { KeyedColumn } from '../platform/vault/keyed-column.ts'
import { randomId } from '../platform/secrets.ts'
import type { AuditEvent } from './audit-event.ts'

declare module '../platform/db/tables.ts' {
  interface Tables {
    readonly audit_event: {
      id: string
      at: number
      kind: string
      client_id: string | null
      user_id: string | null
      sign_in_id: string | null
      session_id: string | null
      connection_id: string | null
      address_index: string | null
      address_masked: string | null
      ip: string | null
      because: string | null
    }
  }
}

export const keyedColumns: readonly KeyedColumn[] = [
  {
    table: 'audit_event',
    column: 'address_index',
    whenMasterKeyChanges: { is: 'emptied', as: null, key: 'id' },
  },
]

/** An event as an operator reads it. */
export interface RecordedEvent {
  readonly at: number
  readonly kind: string
  readonly userId: string | null
  readonly addressMasked: string | null
  readonly because: string | null
}

export async function insert(db: Db | Tx, event: AuditEvent): Promise<void> {
  await db
    .insertInto('audit_event')
    .values({
      id: randomId(),
      at: event.at,
      kind: event.kind,
      client_id: event.clientId ?? null,
      user_id: event.userId ?? null,
      sign_in_id: event.signInId ?? null,
      session_id: event.sessionId ?? null,
      connection_id: event.connectionId ?? null,
      address_index: event.address?.index ?? null,
      address_masked: event.address?.masked ?? null,
      ip: event.ip ?? null,
      because: event.because ?? null,
    })
    .execute()
}

/** @returns what happened in one sign-in, oldest first */
export async function listOfSignIn(db: Db, signInId: string): Promise<RecordedEvent[]> {
  const rows = await db
    .selectFrom('audit_event')
    .select(['at', 'kind', 'user_id', 'address_masked', 'because'])
    .where('sign_in_id', '=', signInId)
    .orderBy('at')
    .execute()
  return rows.map((row) => ({
    at: row.at,
    kind: row.kind,
    userId: row.user_id,
    addressMasked: row.address_masked,
    because: row.because,
  }))
}
