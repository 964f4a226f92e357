export { record, type AuditEvent, type AuditEventKind } from './record.ts'
export { listOfSignIn, type RecordedEvent } from './audit-event.store.ts'
