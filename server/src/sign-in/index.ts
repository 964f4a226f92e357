export { findOpenSignIn } from './find-open-sign-in.ts'
export { registration } from './registration.ts'
export { signInRefusals } from './refusals.ts'
export {
  endOpenOf as endOpenSignInsOf,
  hasAny as hasSignIns,
  sweep as sweepSignIns,
} from './sign-in.store.ts'
