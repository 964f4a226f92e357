import { createCipheriv } from 'node:crypto'
import type { TestContext } from 'vitest'
import { startServer, type TestServer } from './server.ts'
import { savePolicy } from '../platform/policy/index.ts'
import { humanCheckPolicy, productionHumanCheck } from '../human-check/index.ts'

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const LI = '13800138000'
export const WANG = '13900139000'

export const FAILED = 'IDAAS.SDK.CAPTCHA.0002'
export const EXPIRED = 'IDAAS.SDK.CAPTCHA.0003'
export const MISMATCH = 'IDAAS.SDK.CAPTCHA.0004'
export const MISSING = 'IDAAS.SDK.CAPTCHA.9001'
export const TOO_MANY = 'IDAAS.SDK.CAPTCHA.9002'
export const MALFORMED = 'IDAAS.SDK.PARAM.9002'
export const SEND_REFUSED = 'IDAAS.SDK.CAPTCHA.0006'

/** A server that sends no code without a check. */
export async function startStrict(t: TestContext): Promise<TestServer> {
  const server = await startServer(t, { server: { humanCheck: productionHumanCheck } })
  await savePolicy(server.deployment.db, humanCheckPolicy, { when: 'always' })
  return server
}

export function send(server: TestServer, address: string, captchaToken: unknown, clientId?: string) {
  const isEmail = address.includes('@')
  return server
    .miniProgram({ ...(clientId !== undefined && { clientId }) })
    .call(`${isEmail ? 'email' : 'sms'}/send`, {
      body: {
        [isEmail ? 'email' : 'mobile']: address,
        type: isEmail ? 'BIND_EMAIL_EMS' : 'BIND_MOBILE_SMS',
        captcha_token: captchaToken,
      },
    })
}

/** AES-128-ECB with PKCS #7 padding, as the clients of this slider encrypt. */
export function encrypt(text: string, secretKey: string): string {
  const cipher = createCipheriv('aes-128-ecb', secretKey, null)
  return cipher.update(text, 'utf8', 'base64') + cipher.final('base64')
}

export const atOnce = <Result>(act: () => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: 16 }, act))
