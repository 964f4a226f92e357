import { createHmac } from 'node:crypto'
import { expect, type TestContext } from 'vitest'
import { z } from 'zod'
import { hashToken } from '../platform/secrets.ts'
import { contentsOf } from './contents.ts'
import type { MiniProgram, PendingSignIn, Reply } from './mini-program.ts'
import { REGISTER_CLIENT_ID, startServer, type TestServer } from './server.ts'

export const ZHANGSAN = '11012345678'
export const ZHANGSAN_CODE = '232326'

/** One and the same for everything that can be wrong with a state token. */
export const REFUSED = {
  httpStatus: 400,
  text: '{"error_code":"IDAAS.SDK.COMMON.1007","error_msg":"state_token parameter error"}',
}

export interface Scene {
  readonly server: TestServer
  readonly program: MiniProgram
  readonly signIn: PendingSignIn
  /** The key that no attacker has. */
  readonly key: Buffer
  /** Seconds since the Unix epoch. */
  readonly now: number
}

/** A sign-in that may go on every way there is, with a right code at hand for each. */
export async function openScene(t: TestContext): Promise<Scene> {
  const server = await startServer(t)
  const program = server.miniProgram({ clientId: REGISTER_CLIENT_ID })
  const signIn = await program.openSignIn('alice')
  await signIn.send(ZHANGSAN, { scoped: false })
  await signIn.send(ZHANGSAN, { scoped: false, register: true })
  const key = server.deployment.vault.stateTokenKey.export()
  return { server, program, signIn, key, now: server.clock.now() / 1000 }
}

/** Every call that takes a state token, with nothing wrong but perhaps the token. */
function callsWith(program: MiniProgram, stateToken: string): Promise<Reply>[] {
  const headers = { 'X-state-token': stateToken }
  const proof = { headers, body: { mobile: ZHANGSAN, verify_code: ZHANGSAN_CODE } }
  const send = { headers, body: { mobile: '13800138000', type: 'BIND_MOBILE_SMS' } }
  const mail = { headers, body: { email: 'li@example.com', type: 'BIND_EMAIL_EMS' } }
  return [
    program.call('social/bind', proof),
    program.call('social/register-bind', proof),
    program.call('/api/v2/ligature/sign-in', { method: 'GET', headers }),
    program.call('sms/send', send),
    program.call('email/send', mail),
  ]
}

/** Fails unless every call refuses every token, in the same words, and nothing comes of any. */
export async function expectRefused(
  scene: Pick<Scene, 'server' | 'program'>,
  tokens: Readonly<Record<string, string>>,
): Promise<void> {
  const before = await contentsOf(scene.server.deployment.db)
  for (const [name, token] of Object.entries(tokens)) await expectAllToRefuse(scene.program, name, token)
  expect(await contentsOf(scene.server.deployment.db)).toEqual(before)
}

/**
 * The same, even when the store takes each of these tokens for the one that was issued: so the token is
 * refused for what it is. Fails also when the token that was issued does not work any more.
 */
export async function expectRefusedByItself(
  scene: Scene,
  tokens: Readonly<Record<string, string>>,
): Promise<void> {
  await expectRefused(scene, tokens)
  const before = await contentsOf(scene.server.deployment.db)
  for (const [name, token] of Object.entries(tokens)) {
    await issueInStore(scene, token)
    await expectAllToRefuse(scene.program, `${name}, as issued`, token)
  }
  await issueInStore(scene, scene.signIn.stateToken)
  expect(await contentsOf(scene.server.deployment.db)).toEqual(before)
  expect(await scene.signIn.bind(ZHANGSAN, ZHANGSAN_CODE)).toMatchObject({ outcome: 'SUCCESS' })
}

async function expectAllToRefuse(program: MiniProgram, name: string, token: string): Promise<void> {
  for (const { httpStatus, text } of await Promise.all(callsWith(program, token))) {
    expect({ name, httpStatus, text }).toEqual({ name, ...REFUSED })
  }
}

async function issueInStore({ server }: Scene, token: string): Promise<void> {
  await server.deployment.db
    .updateTable('sign_in')
    .set({ state_token_hash: hashToken(token) })
    .execute()
}

export function encoded(value: string | Buffer): string {
  return Buffer.from(value).toString('base64url')
}

export type Part = Readonly<Record<string, unknown>> | string

/** A JWS in three parts; what is text goes in as it is. */
export function forge(key: string | Buffer, header: Part, payload: Part): string {
  const [first, second] = [header, payload].map((part) =>
    encoded(typeof part === 'string' ? part : JSON.stringify(part)),
  )
  const signature = createHmac('sha256', key).update(`${first}.${second}`).digest('base64url')
  return `${first}.${second}.${signature}`
}

export const HS256 = { alg: 'HS256', typ: 'JWT' }

/** The parts of a token, and its payload read. */
export function take(token: string) {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const claims = z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(Buffer.from(payload, 'base64url').toString()))
  return { header, payload, signature, claims }
}
