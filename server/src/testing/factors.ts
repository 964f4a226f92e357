import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { HOTP, Secret } from 'otpauth'
import { z } from 'zod'
import { beginTotp, confirmTotp, enrolPasskey } from '../credentials/index.ts'
import { inTransaction } from '../platform/db/index.ts'
import type { User } from '../users/index.ts'
import type { MiniProgram, Reply } from './mini-program.ts'
import type { TestServer } from './server.ts'
import { signedIn, type SignedIn } from './signed-in.ts'

export const FACTOR_CODE_INCORRECT = 'IDAAS.SDK.MFA.9201'
export const FACTOR_LOCKED = 'IDAAS.SDK.MFA.9202'
export const FACTOR_NOT_ENROLLED = 'IDAAS.SDK.MFA.9203'
export const ENROLMENT_EXPIRED = 'IDAAS.SDK.MFA.9204'
export const FACTOR_ALREADY_ENROLLED = 'IDAAS.SDK.MFA.9205'
export const SIGN_IN_WITH_SECOND_FACTOR = 'IDAAS.SDK.ACCOUNT.9104'

export const STEP = 30_000
const OATHTOOL = '/usr/bin/oathtool'
const FACTORS = '/api/v2/ligature/factors'

/** Whether this machine has Debian's `oathtool`, which makes codes by the same RFC and none of our code. */
export const hasOathtool = existsSync(OATHTOOL)

/** What somebody else's authenticator shows at this moment. */
export function codeOfOathtool(secret: string, at: number): string {
  const moment = `--now=@${Math.floor(at / 1000)}`
  return execFileSync(OATHTOOL, ['--totp', '--base32', moment, secret], { encoding: 'utf8' }).trim()
}

export function codeAt(secret: string, at: number): string {
  return HOTP.generate({ secret: Secret.fromBase32(secret), counter: Math.floor(at / STEP), digits: 6 })
}

/** A code that no step near this moment has. */
export function wrongCode(secret: string, at: number): string {
  const near = new Set([-2, -1, 0, 1, 2].map((steps) => codeAt(secret, at + steps * STEP)))
  return ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) => !near.has(code)) ?? ''
}

const begun = z.object({ secret: z.string(), uri: z.string(), qr_svg: z.string(), expires_in: z.number() })
const confirmed = z.object({ recovery_codes: z.array(z.string()) })

/** What somebody who is signed in does with his second factors. */
export function factorsOf(program: MiniProgram, { idToken }: Pick<SignedIn, 'idToken'>) {
  const headers = { Authorization: `Bearer ${idToken}` }
  const post = (path: string, body: unknown = {}): Promise<Reply> =>
    program.call(`${FACTORS}/${path}`, { headers, body })
  return {
    list: () => program.call(FACTORS, { method: 'GET', headers }),
    begin: () => post('totp'),
    begun: async () => begun.parse((await post('totp')).body),
    confirm: (code: string) => post('totp/confirm', { code }),
    remove: () => post('totp/remove'),
    makeRecoveryCodes: () => post('recovery-codes'),
  }
}

/** Sets up one-time passwords; the code of the present step is used with that. */
export async function enrolTotp(server: TestServer, program: MiniProgram, person: SignedIn) {
  const factors = factorsOf(program, person)
  const { secret } = await factors.begun()
  const { body } = await factors.confirm(codeAt(secret, server.clock.now()))
  return { factors, secret, recoveryCodes: confirmed.parse(body).recovery_codes }
}

/** Nobody can sign in with it. */
const SOME_PASSKEY = {
  credentialId: 'c29tZXRoaW5n',
  publicKey: 'bm90aGluZw',
  signCount: 0,
  isBackedUp: true,
  deviceType: 'multiDevice',
  transports: ['internal'],
  name: 'my phone',
} as const

/** Signs in somebody who shows the present code of his app as well; that of the step before was used. */
export async function signInWithTotp(
  server: TestServer,
  program: MiniProgram,
  person: string,
  secret: string,
): Promise<SignedIn> {
  server.clock.advance(STEP)
  const login = await program.login(person)
  const reply = await program.call('mfa/totp', {
    headers: { 'X-state-token': String(login.body['state_token']) },
    body: { code: codeAt(secret, server.clock.now()) },
  })
  return signedIn(program, reply)
}
/** Gives a new user one-time passwords and recovery codes. */
export async function addUserWithFactors(server: TestServer): Promise<User> {
  const { db, vault } = server.deployment
  const user = await server.addUser({ userName: 'careful' })
  const now = server.clock.now()
  await inTransaction(db, async (tx) => {
    const of = { userId: user.id, issuer: 'Demo', account: 'careful' }
    const { secret } = await beginTotp(tx, vault, of, now)
    await confirmTotp(tx, vault, { userId: user.id, code: codeAt(secret, now) }, now)
    await enrolPasskey(tx, vault, { ...SOME_PASSKEY, userId: user.id }, now)
  })
  return user
}
