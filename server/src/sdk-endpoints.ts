import type { Application } from './applications/index.ts'
import { connectionRefusals } from './connections/index.ts'
import { credentialRefusals, passkeyRefusals } from './credentials/index.ts'
import {
  altchaEndpoint,
  captchaEndpoint,
  captchaVerifyEndpoint,
  type HumanCheckEndpointDeps,
} from './human-check/endpoints.ts'
import { humanCheckRefusals } from './human-check/index.ts'
import { doorRefusals, transportRefusals } from './platform/http/refusals.ts'
import type { SdkEndpoint } from './platform/http/sdk-endpoint.ts'
import {
  beginTotpEndpoint,
  bindOwnEndpoint,
  closeAccountEndpoint,
  changePasswordByEmailEndpoint,
  changePasswordByMobileEndpoint,
  changePasswordEndpoint,
  checkPasswordExistsEndpoint,
  confirmTotpEndpoint,
  endOtherSessionsEndpoint,
  endSessionEndpoint,
  endTrustEndpoint,
  factorsEndpoint,
  enrolPasskeyEndpoint,
  linkedAccountsEndpoint,
  passkeyOptionsEndpoint,
  profileEndpoint,
  recoveryCodesEndpoint,
  removeTotpEndpoint,
  removePasskeyEndpoint,
  renamePasskeyEndpoint,
  sessionsEndpoint,
  trustedDevicesEndpoint,
  unbindAccountEndpoint,
  unbindEndpoint,
  updateEmailEndpoint,
  updateMobileEndpoint,
  updateProfileEndpoint,
  updatePasswordByEmailEndpoint,
  updatePasswordByMobileEndpoint,
} from './self-service/endpoints.ts'
import { selfServiceRefusals } from './self-service/index.ts'
import { type FindSessionDeps, logoutEndpoint, refreshEndpoint } from './sessions/endpoints.ts'
import { type IdTokenDeps, sessionRefusals } from './sessions/index.ts'
import {
  bindEndpoint,
  loginWeChatMiniProgramEndpoint,
  loginByAnythingEndpoint,
  loginByEmailCodeEndpoint,
  loginByEmailPasswordEndpoint,
  loginByMobileCodeEndpoint,
  loginByMobilePasswordEndpoint,
  loginByNameEndpoint,
  loginByPasskeyEndpoint,
  loginWeChatMobileEndpoint,
  type LoginDeps,
  type PasskeyLoginDeps,
  passkeyLoginOptionsEndpoint,
  type PasswordLoginDeps,
  type PendingReplyDeps,
  type PhoneButtonDeps,
  registerBindEndpoint,
  reopenAccountEndpoint,
  registerByEmailCodeEndpoint,
  registerByMobileCodeEndpoint,
  type RegisterDeps,
  mobileByTokenEndpoint,
  passByEmailCodeEndpoint,
  passByMobileCodeEndpoint,
  passByRecoveryCodeEndpoint,
  passByTotpEndpoint,
  beginTotpInSignInEndpoint,
  signInEndpoint,
  skipUpdateEndpoint,
  updatePasswordByEmailAfterLoginEndpoint,
  updatePasswordByMobileAfterLoginEndpoint,
  updatePasswordEndpoint,
  weChatMobileBindEndpoint,
  weChatMobileRegisterBindEndpoint,
} from './sign-in/endpoints.ts'
import { signInRefusals } from './sign-in/index.ts'
import { userRefusals } from './users/index.ts'
import { type SendEndpointDeps, sendEndpoints } from './verifications/endpoints.ts'
import { verificationRefusals } from './verifications/index.ts'

/** Everything that some endpoint needs; each names its own part. */
export type Needs = HumanCheckEndpointDeps &
  SendEndpointDeps &
  LoginDeps &
  PhoneButtonDeps &
  IdTokenDeps &
  PendingReplyDeps &
  FindSessionDeps &
  RegisterDeps &
  PasswordLoginDeps &
  PasskeyLoginDeps

/** Every endpoint of the SDK family, in the order of the reference. */
export const sdkEndpoints: readonly SdkEndpoint<Needs, Application>[] = [
  loginWeChatMiniProgramEndpoint,
  loginWeChatMobileEndpoint,
  loginByMobileCodeEndpoint,
  loginByEmailCodeEndpoint,
  captchaEndpoint,
  captchaVerifyEndpoint,
  altchaEndpoint,
  registerByMobileCodeEndpoint,
  registerByEmailCodeEndpoint,
  loginByNameEndpoint,
  loginByAnythingEndpoint,
  loginByMobilePasswordEndpoint,
  loginByEmailPasswordEndpoint,
  passkeyLoginOptionsEndpoint,
  loginByPasskeyEndpoint,
  ...sendEndpoints(signInRefusals.stateTokenRefused),
  bindEndpoint,
  registerBindEndpoint,
  weChatMobileBindEndpoint,
  weChatMobileRegisterBindEndpoint,
  mobileByTokenEndpoint,
  passByMobileCodeEndpoint,
  passByEmailCodeEndpoint,
  passByTotpEndpoint,
  passByRecoveryCodeEndpoint,
  beginTotpInSignInEndpoint,
  signInEndpoint,
  updatePasswordEndpoint,
  skipUpdateEndpoint,
  updatePasswordByMobileAfterLoginEndpoint,
  updatePasswordByEmailAfterLoginEndpoint,
  refreshEndpoint,
  profileEndpoint,
  updateProfileEndpoint,
  updateMobileEndpoint,
  updateEmailEndpoint,
  linkedAccountsEndpoint,
  unbindAccountEndpoint,
  unbindEndpoint,
  bindOwnEndpoint,
  sessionsEndpoint,
  endSessionEndpoint,
  endOtherSessionsEndpoint,
  trustedDevicesEndpoint,
  endTrustEndpoint,
  factorsEndpoint,
  beginTotpEndpoint,
  confirmTotpEndpoint,
  removeTotpEndpoint,
  recoveryCodesEndpoint,
  passkeyOptionsEndpoint,
  enrolPasskeyEndpoint,
  renamePasskeyEndpoint,
  removePasskeyEndpoint,
  closeAccountEndpoint,
  reopenAccountEndpoint,
  updatePasswordByMobileEndpoint,
  updatePasswordByEmailEndpoint,
  changePasswordByMobileEndpoint,
  changePasswordByEmailEndpoint,
  changePasswordEndpoint,
  checkPasswordExistsEndpoint,
  logoutEndpoint,
]

/** Every refusal there is, by whose table it stands in. */
export const allRefusals = {
  door: doorRefusals,
  users: userRefusals,
  humanCheck: humanCheckRefusals,
  verifications: verificationRefusals,
  connections: connectionRefusals,
  credentials: credentialRefusals,
  passkeys: passkeyRefusals,
  signIn: signInRefusals,
  sessions: sessionRefusals,
  selfService: selfServiceRefusals,
  transport: transportRefusals,
} as const
