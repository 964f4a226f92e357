export { findOpenSignIn } from './find-open-sign-in.ts'
export { signInRefusals } from './refusals.ts'
export { sweep as sweepSignIns } from './sign-in.store.ts'
