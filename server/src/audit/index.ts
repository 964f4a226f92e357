export type { AuditEventKind } from './audit-event.ts'
export { record } from './record.ts'
export { listOfSignIn } from './audit-event.store.ts'
