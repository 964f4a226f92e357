export { afterPasswordChange } from './after-password-change.ts'
export { findOpenSignIn } from './find-open-sign-in.ts'
export { registration } from './registration.ts'
export { signInRefusals } from './refusals.ts'
export {
  endEveryOpen as endEveryOpenSignIn,
  endOpenOf as endOpenSignInsOf,
  endOpenOfUser as endOpenSignInsOfUser,
  findNewestUnion as findNewestSignInUnion,
  hasAny as hasSignIns,
  sweep as sweepSignIns,
} from './sign-in.store.ts'
