import { z } from 'zod'
import type { MiniProgram, Reply } from './mini-program.ts'

const entry = z.object({ session_token: z.string(), id_token: z.string() })
const claims = z.object({ id: z.string() })
const links = z.object({
  social: z.array(
    z.looseObject({ id: z.string(), idpId: z.string(), socialUid: z.string(), socialChannelId: z.string() }),
  ),
})

const sessionList = z.object({ sessions: z.array(z.looseObject({ id: z.string(), current: z.boolean() })) })

/** Somebody who is signed in at a mini program. */
export interface SignedIn {
  readonly userId: string
  readonly idToken: string
  /** Asks for the accounts that are linked to him. */
  list(): Promise<Reply>
  links(): Promise<z.infer<typeof links>['social']>
  unbindAccount(id: string): Promise<Reply>
  unbind(socialUid: string, socialType?: string): Promise<Reply>
  /** @param code of `wx.login`, or `mock:NAME` */
  bindOwn(code: string, type?: string): Promise<Reply>
  sessions(): Promise<z.infer<typeof sessionList>['sessions']>
  endSession(id: string): Promise<Reply>
  endOtherSessions(): Promise<Reply>
  closeAccount(): Promise<Reply>
  profile(): Promise<Reply>
  updateProfile(fields: unknown): Promise<Reply>
  /** Asks for a code to this address, and presents it. */
  changeAddress(address: string): Promise<Reply>
  /** By the session token: fails once the session has ended. */
  refresh(): Promise<Reply>
}

/** @param reply to a login or a bind that succeeded */
export function signedIn(program: MiniProgram, reply: Reply): SignedIn {
  if (reply.outcome !== 'SUCCESS') throw new Error(`not signed in: ${reply.text}`)
  const { session_token: sessionToken, id_token: idToken } = entry.parse(reply.body)
  const headers = { Authorization: `Bearer ${idToken}` }
  const list = () => program.call('social', { method: 'GET', headers })
  return {
    userId: claims.parse(JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString())).id,
    idToken,
    list,
    links: async () => links.parse((await list()).body).social,
    unbindAccount: (id) => program.call('social/unbind-account', { headers, body: { id } }),
    unbind: (socialUid, socialType = 'weixin') =>
      program.call('social/unbind', { headers, body: { social_uid: socialUid, social_type: socialType } }),
    bindOwn: (code, type = 'weixin') =>
      program.call('/api/v2/ligature/social/bind', { headers, body: { type, code } }),
    sessions: async () => {
      const listed = await program.call('/api/v2/ligature/sessions', { method: 'GET', headers })
      return sessionList.parse(listed.body).sessions
    },
    endSession: (id) => program.call('/api/v2/ligature/sessions/end', { headers, body: { id } }),
    endOtherSessions: () => program.call('/api/v2/ligature/sessions/end-others', { headers }),
    closeAccount: () => program.call('/api/v2/ligature/account/close', { headers }),
    profile: () => program.call('profile', { method: 'GET', headers }),
    updateProfile: (body) => program.call('profile/update', { headers, body }),
    changeAddress: async (address) => {
      const isEmail = address.includes('@')
      await program.send(address, isEmail ? 'UPDATE_EMAIL_EMS' : 'UPDATE_MOBILE_SMS')
      const verifyCode = await program.newestCode(address)
      const body = { [isEmail ? 'email' : 'mobile']: address, verify_code: verifyCode }
      return program.call(`profile/update-${isEmail ? 'email' : 'mobile'}`, { headers, body })
    },
    refresh: () => program.call('sso/session-token/id-token', { headers: { 'session-token': sessionToken } }),
  }
}

/** Signs in somebody whom the mini program knows. */
export async function signIn(program: MiniProgram, person: string): Promise<SignedIn> {
  return signedIn(program, await program.login(person))
}

/** Binds somebody, who proves an address with a fixed code, and signs him in. */
export async function bindAndSignIn(
  program: MiniProgram,
  person: string,
  address = '11012345678',
  verifyCode = '232326',
): Promise<SignedIn> {
  const pending = await program.openSignIn(person)
  await pending.send(address)
  return signedIn(program, await pending.bind(address, verifyCode))
}
