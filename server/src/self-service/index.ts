export { selfServiceRefusals } from './refusals.ts'
export { unbind } from './unbind.ts'
