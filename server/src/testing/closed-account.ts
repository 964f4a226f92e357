import type { MiniProgram } from './mini-program.ts'
import { startServer } from './server.ts'
import { bindAndSignIn } from './signed-in.ts'

export const DAY = 24 * 60 * 60_000
export const PERIOD = 15 * DAY
export const LI = '13800138000'
const LI_MAIL = 'li@example.com'
export const CODE = '232326'

export const SIGN_IN_AGAIN = 'IDAAS.SDK.ACCOUNT.9102'
export const NOT_CLOSED = 'IDAAS.SDK.ACCOUNT.9103'
export const CODE_INCORRECT = 'IDAAS.SDK.CAPTCHA.0007'
export const NO_SUCH_USER = 'IDAAS.SDK.LOGIN.9005'
export const STATE_TOKEN_REFUSED = 'IDAAS.SDK.COMMON.1007'
export const ID_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0016'
export const SESSION_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0023'

export async function loginByCode(program: MiniProgram, mobile = LI) {
  await program.send(mobile, 'LOGIN_SMS')
  return program.call('login/mobile-verify-code', { body: { mobile, verify_code: CODE } })
}

export async function reopen(program: MiniProgram, mobile = LI, code = CODE) {
  await program.send(mobile, 'LOGIN_SMS')
  return program.call('/api/v2/ligature/account/reopen', { body: { mobile, verify_code: code } })
}

/** Li has a mobile and a mailbox, both with a fixed code, and alice is his WeChat. */
export async function startWithLi(
  t: Parameters<typeof startServer>[0],
  options?: Parameters<typeof startServer>[1],
) {
  const server = await startServer(t, options)
  const program = server.miniProgram()
  const user = await server.addUser({ mobile: LI, email: LI_MAIL, fixedCode: CODE })
  const alice = await bindAndSignIn(program, 'alice', LI)
  return { server, program, user, alice }
}
