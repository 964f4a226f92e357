export { publishKeys, type PublishKeysDeps } from './keys.http.ts'
