export { bindOwnEndpoint } from './bind-own.http.ts'
export { closeAccountEndpoint } from './close-account.http.ts'
export { updateEmailEndpoint, updateMobileEndpoint } from './change-own-address.http.ts'
export {
  beginTotpEndpoint,
  confirmTotpEndpoint,
  factorsEndpoint,
  recoveryCodesEndpoint,
  removeTotpEndpoint,
} from './factors.http.ts'
export { linkedAccountsEndpoint } from './linked-accounts.http.ts'
export {
  enrolPasskeyEndpoint,
  passkeyOptionsEndpoint,
  removePasskeyEndpoint,
  renamePasskeyEndpoint,
} from './passkeys.http.ts'
export { profileEndpoint, updateProfileEndpoint } from './profile.http.ts'
export {
  changePasswordByEmailEndpoint,
  changePasswordByMobileEndpoint,
  changePasswordEndpoint,
  checkPasswordExistsEndpoint,
  updatePasswordByEmailEndpoint,
  updatePasswordByMobileEndpoint,
} from './password.http.ts'
export { endOtherSessionsEndpoint, endSessionEndpoint, sessionsEndpoint } from './sessions.http.ts'
export { endTrustEndpoint, trustedDevicesEndpoint } from './trusted-devices.http.ts'
export { unbindAccountEndpoint, unbindEndpoint } from './unbind.http.ts'
