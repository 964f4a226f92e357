import { z } from 'zod'
import type { Application } from '../applications/index.ts'
import { credentialRefusals, passwordField } from '../credentials/index.ts'
import { textField } from '../platform/http/fields.ts'
import { type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { Refusal } from '../platform/refusal.ts'
import { parseEmail, parseMobile, userRefusals } from '../users/index.ts'
import { callerOf } from './caller.ts'
import { loginByPassword, type LoginName, type PasswordLoginDeps } from './login-by-password.ts'
import { signInReply, type SignInReplyDeps } from './sign-in-reply.ts'
import { replyTo } from './wire.ts'

type Deps = PasswordLoginDeps & SignInReplyDeps

const byName = z.object({ user_name: textField, password: passwordField })
const byMobile = z.object({ mobile: textField, password: passwordField })
const byEmail = z.object({ email: textField, password: passwordField })

const refusals = [credentialRefusals.passwordIncorrect, credentialRefusals.locked]

export const loginByNameEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/sdk/login',
  summary: { en: 'Sign in with a user name and a password', zh: '用用户名和密码登录' },
  body: byName,
  reply: replyTo('password'),
  refusals,
  handle: (deps: Deps, call: SdkCall<Application, z.infer<typeof byName>>) =>
    login(deps, call, { userName: call.body.user_name }),
})

export const loginByAnythingEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/sdk/login/auth',
  summary: {
    en: 'Sign in with a password and a user name, mobile number or email',
    zh: '用用户名、手机号或邮箱和密码登录',
  },
  body: byName,
  reply: replyTo('password'),
  refusals,
  handle: async (deps: Deps, call: SdkCall<Application, z.infer<typeof byName>>) =>
    login(deps, call, await nameOf(call.body.user_name)),
})

export const loginByMobilePasswordEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/sdk/login/mobile-pwd',
  summary: { en: 'Sign in with a mobile number and a password', zh: '用手机号和密码登录' },
  body: byMobile,
  reply: replyTo('password'),
  refusals: [...refusals, userRefusals.mobileMalformed],
  handle: async (deps: Deps, call: SdkCall<Application, z.infer<typeof byMobile>>) =>
    login(deps, call, { address: await parseMobile(call.body.mobile) }),
})

export const loginByEmailPasswordEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/sdk/login/email-pwd',
  summary: { en: 'Sign in with an email and a password', zh: '用邮箱和密码登录' },
  body: byEmail,
  reply: replyTo('password'),
  refusals: [...refusals, userRefusals.emailMalformed],
  handle: (deps: Deps, call: SdkCall<Application, z.infer<typeof byEmail>>) =>
    login(deps, call, { address: parseEmail(call.body.email) }),
})

async function login(deps: Deps, call: SdkCall<Application, { password: string }>, name: LoginName) {
  const caller = callerOf(call)
  const shown = { name, password: call.body.password }
  return signInReply(deps, caller, await loginByPassword(deps, caller, shown))
}

/** A user name is never shaped like an address, so it can be meant in one way only. */
async function nameOf(text: string): Promise<LoginName> {
  try {
    return { address: text.includes('@') ? parseEmail(text) : await parseMobile(text) }
  } catch (error) {
    if (error instanceof Refusal) return { userName: text }
    throw error
  }
}
