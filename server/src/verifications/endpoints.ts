export { type SendEndpointDeps, sendEndpoints } from './send.http.ts'
