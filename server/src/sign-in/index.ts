export { afterFactorChange, type FactorChangeKind } from './after-factor-change.ts'
export { afterPasswordChange } from './after-password-change.ts'
export { findOpenSignIn } from './find-open-sign-in.ts'
export { proveOwnAddress } from './prove-own-address.ts'
export { registration } from './registration.ts'
export { signInRefusals } from './refusals.ts'
export {
  endEveryOpen as endEveryOpenSignIn,
  endOpenOf as endOpenSignInsOf,
  findNewestUnion as findNewestSignInUnion,
  hasAny as hasSignIns,
  sweep as sweepSignIns,
} from './sign-in.store.ts'
export { shutOut } from './shut-out.ts'
