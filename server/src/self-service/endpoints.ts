export { bindOwnEndpoint } from './bind-own.http.ts'
export { linkedAccountsEndpoint } from './linked-accounts.http.ts'
export { endOtherSessionsEndpoint, endSessionEndpoint, sessionsEndpoint } from './sessions.http.ts'
export { unbindAccountEndpoint, unbindEndpoint } from './unbind.http.ts'
