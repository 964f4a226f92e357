export { linkedAccountsEndpoint } from './linked-accounts.http.ts'
export { unbindAccountEndpoint, unbindEndpoint } from './unbind.http.ts'
