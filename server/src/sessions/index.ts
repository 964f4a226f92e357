export { type EndedBy, endSessionOf, endSessionsOf } from './end-session.ts'
export { findSessionByIdToken, type FindSessionDeps, type FoundSession } from './find-session.ts'
export { openSession, type OpenedSession } from './open-session.ts'
export { sessionRefusals } from './refusals.ts'
export { type IdTokenDeps, issueSessionIdToken } from './session-id-token.ts'
export { endEvery as endEverySession, sweep as sweepSessions } from './end-session.store.ts'
export {
  hasAny as hasSessions,
  hold as holdSession,
  listOf as listSessionsOf,
  type ListedSession,
} from './session.store.ts'
