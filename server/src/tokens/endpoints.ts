export { publishKeys } from './keys.http.ts'
