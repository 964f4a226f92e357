export { findSessionByIdToken, type FindSessionDeps } from './find-session.ts'
export { openSession, type OpenedSession } from './open-session.ts'
export { sessionRefusals } from './refusals.ts'
export { type IdTokenDeps, issueSessionIdToken } from './session-id-token.ts'
export {
  endAllOf as endSessionsOf,
  endEvery as endEverySession,
  hasAny as hasSessions,
  listOf as listSessionsOf,
  sweep as sweepSessions,
} from './session.store.ts'
