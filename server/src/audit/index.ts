export { record, type AuditEventKind } from './record.ts'
export { listOfSignIn } from './audit-event.store.ts'
