export { acceptPassword, checkPassword, type RightPassword, type WrongPassword } from './check-password.ts'
export type { GuessedAt } from './guesses.ts'
export { type HashTurn, openPasswordHashing, type PasswordHashing } from './hashing.ts'
export { parseImportedHash } from './imported-hash.ts'
export { passwordField } from './password-field.ts'
export {
  keyedColumns as passwordKeyedColumns,
  sweep as sweepPasswordGuesses,
} from './password-guess.store.ts'
export { describePolicy as describePasswordPolicy, passwordPolicy } from './password-policy.ts'
export { hasPassword, passwordStateOf } from './password-state.ts'
export {
  historySealedColumns as passwordHistorySealedColumns,
  sealedColumns as passwordSealedColumns,
} from './password.store.ts'
export { credentialRefusals, newPasswordRefusals } from './refusals.ts'
export {
  importPassword,
  prepareFirstPassword,
  preparePassword,
  type SavePassword,
  setPassword,
} from './set-password.ts'
export { hasTotp, hasPasskey, hasSecondFactor, countRecoveryCodes } from './stub.ts'
