import type { Db, Tx } from '../platform/db/index.ts'
import { insert } from './audit-event.store.ts'
import type { AuditEvent } from './audit-event.ts'

/** Keeps a fact. Given the transaction of what it tells of, it stands or falls with it. */
export async function record(db: Db | Tx, event: AuditEvent): Promise<void> {
  await insert(db, event)
}
