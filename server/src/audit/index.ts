export type { AuditEvent, AuditEventKind } from './audit-event.ts'
export { record } from './record.ts'
export { keyedColumns as auditKeyedColumns, listOfSignIn, type RecordedEvent } from './audit-event.store.ts'
