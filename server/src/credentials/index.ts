export { acceptPassword, checkPassword, type RightPassword, type WrongPassword } from './check-password.ts'
export { begunTotp, begunTotpOf } from './begun-totp.ts'
export type { WrongFactorCode } from './factor-guesses.ts'
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
export { countRecoveryCodes, makeRecoveryCodes, useRecoveryCode } from './recovery-codes.ts'
export { sealedColumns as recoveryCodeSealedColumns } from './recovery-code.store.ts'
export { credentialRefusals, newPasswordRefusals } from './refusals.ts'
export {
  hasSecondFactor,
  type RemovedFactors,
  removeFactors,
  removePasskey,
  removeTotp,
} from './second-factor.ts'
export {
  importPassword,
  prepareFirstPassword,
  preparePassword,
  type SavePassword,
  setPassword,
} from './set-password.ts'
export { beginTotp, type BegunTotp, checkTotp, confirmTotp, hasTotp, totpSince } from './totp.ts'
export { sealedColumns as totpSealedColumns, sweep as sweepTotp } from './totp.store.ts'
export { acceptPasskey, checkPasskeyAssertion, startPasskeyAssertion } from './passkeys/check-passkey.ts'
export {
  enrolPasskey,
  type EnrolDeps,
  type EnrolledPasskey,
  finishPasskeyEnrolment,
  startPasskeyEnrolment,
} from './passkeys/enrol-passkey.ts'
export {
  hasAny as hasPasskey,
  type ListedPasskey,
  listOf as listPasskeysOf,
  rename as renamePasskey,
  sealedColumns as passkeySealedColumns,
} from './passkeys/passkey.store.ts'
export { sweep as sweepPasskeyChallenges } from './passkeys/passkey-challenge.store.ts'
export { passkeyRefusals } from './passkeys/refusals.ts'
export { passkeyPolicy, type RelyingPartyDeps } from './passkeys/relying-party.ts'
export {
  type AssertionResponse,
  assertionResponse,
  creationOptions,
  type CreationResponse,
  creationResponse,
  requestOptions,
} from './passkeys/wire.ts'
