import { expect } from 'vitest'
import { type MiniProgram, openMiniProgram, type Reply } from './mini-program.ts'
import type { Production } from './production.ts'
import { BIND_CLIENT_ID } from './server.ts'

/** What people hold in their hands at one moment, all of it good. */
export interface HeldProofs {
  readonly sessionToken: string
  readonly idToken: string
  /** Of a sign-in that waits for the code below. */
  readonly stateToken: string
  /** To whom two codes were sent: one for that sign-in, one for none. */
  readonly mobiles: { readonly own: string; readonly unscoped: string }
  readonly codes: { readonly own: string; readonly unscoped: string }
}

export function programAt(url: string): MiniProgram {
  return openMiniProgram(url, { clientId: BIND_CLIENT_ID })
}

/** Signs somebody in who is not bound yet, by a code to his number. */
export async function bindPerson(
  url: string,
  production: Pick<Production, 'codeOf'>,
  person: string,
  mobile: string,
): Promise<Reply> {
  const signIn = await programAt(url).openSignIn(person)
  expect(await signIn.send(mobile)).toMatchObject({ outcome: 'OK' })
  return signIn.bind(mobile, production.codeOf(mobile) ?? '')
}

/**
 * Has a person signed in, a second one waiting for a code, and a third one who asked for one without a sign-in.
 *
 * @param names of the first two; they are nobody's yet
 * @param mobiles of users who have verified them
 */
export async function holdProofs(
  url: string,
  production: Pick<Production, 'codeOf'>,
  names: readonly [string, string],
  mobiles: readonly [string, string, string],
): Promise<HeldProofs> {
  const [bound, own, unscoped] = mobiles
  const signedIn = await bindPerson(url, production, names[0], bound)
  expect(signedIn).toMatchObject({ outcome: 'SUCCESS' })
  const waiting = await programAt(url).openSignIn(names[1])
  expect(await waiting.send(own)).toMatchObject({ outcome: 'OK' })
  expect(await programAt(url).send(unscoped, 'BIND_MOBILE_SMS')).toMatchObject({ outcome: 'OK' })
  return {
    sessionToken: String(signedIn.body['session_token']),
    idToken: String(signedIn.body['id_token']),
    stateToken: waiting.stateToken,
    mobiles: { own, unscoped },
    codes: { own: production.codeOf(own) ?? '', unscoped: production.codeOf(unscoped) ?? '' },
  }
}

/** Presents all of it, and somebody's fresh sign-in with the code of none. */
export async function presentProofs(
  url: string,
  held: HeldProofs,
  fresh: string,
): Promise<Record<keyof typeof ALL_DEAD, string>> {
  const program = programAt(url)
  const bearer = { Authorization: `Bearer ${held.idToken}` }
  const mobile = held.mobiles.own
  const signIn = await program.openSignIn(fresh)
  return {
    sessionToken: (
      await program.call('sso/session-token/id-token', { headers: { 'session-token': held.sessionToken } })
    ).outcome,
    idToken: (await program.call('logout', { method: 'GET', headers: bearer })).outcome,
    stateToken: (
      await program.call('social/bind', {
        headers: { 'X-state-token': held.stateToken },
        body: { mobile, verify_code: held.codes.own },
      })
    ).outcome,
    ownCode: (await signIn.bind(held.mobiles.own, held.codes.own)).outcome,
    unscopedCode: (await signIn.bind(held.mobiles.unscoped, held.codes.unscoped)).outcome,
  }
}

/** What it comes to when none of it counts any more. */
export const ALL_DEAD = {
  sessionToken: 'IDAAS.SDK.PARAM.0023',
  idToken: 'IDAAS.SDK.PARAM.0016',
  stateToken: 'IDAAS.SDK.COMMON.1007',
  ownCode: 'IDAAS.SDK.CAPTCHA.0007',
  unscopedCode: 'IDAAS.SDK.CAPTCHA.0007',
} as const

/** The user whom an id_token is about. */
export function userIdIn(reply: Reply): unknown {
  const [, payload = ''] = String(reply.body['id_token']).split('.')
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
  return typeof claims === 'object' && claims !== null && 'id' in claims ? claims.id : undefined
}
