import { findConnection, proveByWxLoginCode, type WeChatDeps } from '../connections/index.ts'
import type { Db } from '../platform/db/index.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Caller } from './caller.ts'
import type { SignInResult } from './conclude.ts'
import { loginWithIdentity } from './login-with-identity.ts'
import { signInRefusals } from './refusals.ts'

export interface LoginDeps extends WeChatDeps {
  readonly db: Db
}

/**
 * Signs a person in by the code of `wx.login`. Nothing is kept of somebody whom WeChat does not vouch for.
 *
 * @throws {Refusal} `sourceNotSwitchedOn`, those of the source, and those of `loginWithIdentity`
 */
export async function loginWithWxCode(
  deps: LoginDeps,
  caller: Caller,
  wxLoginCode: string,
): Promise<SignInResult> {
  const connection = await findConnection(deps.db, caller.application.clientId, 'wechat-mini-program')
  if (connection === undefined) throw new Refusal(signInRefusals.sourceNotSwitchedOn)
  const identity = await proveByWxLoginCode(deps, connection, wxLoginCode)
  return loginWithIdentity(deps, caller, connection, identity)
}
