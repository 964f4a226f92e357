export type { FindSessionDeps } from './find-session.ts'
export { logoutEndpoint } from './logout.http.ts'
export { refreshEndpoint } from './refresh.http.ts'
