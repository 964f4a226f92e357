export { bindEndpoint, registerBindEndpoint } from './bind.http.ts'
export { weChatMobileBindEndpoint, weChatMobileRegisterBindEndpoint } from './bind-by-phone-button.http.ts'
export { loginByEmailCodeEndpoint, loginByMobileCodeEndpoint } from './login-by-code.http.ts'
export {
  loginByAnythingEndpoint,
  loginByEmailPasswordEndpoint,
  loginByMobilePasswordEndpoint,
  loginByNameEndpoint,
} from './password-login.http.ts'
export {
  skipUpdateEndpoint,
  updatePasswordByEmailAfterLoginEndpoint,
  updatePasswordByMobileAfterLoginEndpoint,
  updatePasswordEndpoint,
} from './renew-password.http.ts'
export { loginWeChatMiniProgramEndpoint } from './login-wechat-mini-program.http.ts'
export { loginWeChatMobileEndpoint } from './login-wechat-mobile.http.ts'
export { loginByPasskeyEndpoint, passkeyLoginOptionsEndpoint } from './login-by-passkey.http.ts'
export { reopenAccountEndpoint } from './reopen-account.http.ts'
export { registerByEmailCodeEndpoint, registerByMobileCodeEndpoint } from './register.http.ts'
export { mobileByTokenEndpoint } from './mobile-by-token.http.ts'
export { passByEmailCodeEndpoint, passByMobileCodeEndpoint } from './second-factor-code.http.ts'
export { beginTotpInSignInEndpoint } from './enrol-in-sign-in.http.ts'
export { passByRecoveryCodeEndpoint, passByTotpEndpoint } from './one-time-code.http.ts'
export { signInEndpoint } from './sign-in.http.ts'
export type { PhoneButtonDeps } from './bind-by-phone-button.ts'
export type { LoginDeps } from './login-wechat-mini-program.ts'
export type { PasswordLoginDeps } from './login-by-password.ts'
export type { PasskeyLoginDeps } from './login-by-passkey.ts'
export type { PendingReplyDeps } from './pending-reply.ts'
export type { RegisterDeps } from './register.ts'
