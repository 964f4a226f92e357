export { demoApplications, demoConnections } from './demo.ts'
export { addDevPage } from './dev.http.ts'
export { seed } from './seed.ts'
