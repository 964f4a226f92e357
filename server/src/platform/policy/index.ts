export { definePolicy, type Policy } from './policy.ts'
export { readPolicy, readSetFields, savePolicy } from './policy.store.ts'
