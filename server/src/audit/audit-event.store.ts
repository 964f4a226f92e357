import { type Db, statement, type Tx, type Values } from '../platform/db/index.ts'
import type { KeyedColumn } from '../platform/vault/keyed-column.ts'
import { orderedId } from '../platform/secrets.ts'
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

interface NewEvent {
  readonly id: string
  readonly at: number
  readonly kind: string
  readonly clientId: string | null
  readonly userId: string | null
  readonly signInId: string | null
  readonly sessionId: string | null
  readonly connectionId: string | null
  readonly addressIndex: string | null
  readonly addressMasked: string | null
  readonly ip: string | null
  readonly because: string | null
}

const insertEvent = statement((db, value: Values<NewEvent>) =>
  db.insertInto('audit_event').values({
    id: value.id,
    at: value.at,
    kind: value.kind,
    client_id: value.clientId,
    user_id: value.userId,
    sign_in_id: value.signInId,
    session_id: value.sessionId,
    connection_id: value.connectionId,
    address_index: value.addressIndex,
    address_masked: value.addressMasked,
    ip: value.ip,
    because: value.because,
  }),
)

export async function insert(db: Db | Tx, event: AuditEvent): Promise<void> {
  await insertEvent.later(db, {
    id: orderedId(event.at),
    at: event.at,
    kind: event.kind,
    clientId: event.clientId ?? null,
    userId: event.userId ?? null,
    signInId: event.signInId ?? null,
    sessionId: event.sessionId ?? null,
    connectionId: event.connectionId ?? null,
    addressIndex: event.address?.index ?? null,
    addressMasked: event.address?.masked ?? null,
    ip: event.ip ?? null,
    because: event.because ?? null,
  })
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
