import { requestText } from '../load/requests.ts'
import { nextMobile } from '../load/mobiles.ts'
import { register } from './sign-ins.ts'
import type { Store } from './store.ts'
import * as tokens from './tokens.ts'

const CLIENT_ID = 'benchFloor0000000000000000000001'
const CODE = '232326'
const LIFE_MS = 600_000

/** Puts in place what a work needs, and writes the requests. */
export async function prepare(
  store: Store,
  { work = '', count = 0 }: { readonly work?: string; readonly count?: number },
): Promise<readonly string[]> {
  const prepareOne = works[work]
  if (prepareOne === undefined) throw new Error(`no such work: ${work}`)
  return store.commit(() => Array.from({ length: count }, () => prepareOne(store, Date.now())))
}

const works: Readonly<Record<string, (store: Store, now: number) => string>> = {
  bind(store, now) {
    const mobile = nextMobile()
    addUser(store, mobile, now)
    return proof(store, 'social/bind', mobile, 'BIND_MOBILE_SMS', openSignIn(store, now), now)
  },
  'register-bind': (store, now) =>
    proof(store, 'social/register-bind', nextMobile(), 'REGISTER_SMS', openSignIn(store, now), now),
  'code-sign-in': (store, now) =>
    proof(store, 'login/mobile-verify-code', nextMobile(), 'LOGIN_SMS', undefined, now),
  'known-identity'(store, now) {
    const mobile = nextMobile()
    const { addressIndex, userId } = addUser(store, mobile, now)
    store.run('bindIdentity', 'wechat', `o${mobile}`, userId, addressIndex, now)
    return requestText({
      path: '/api/v2/sdk/login/wechat-miniprogram',
      headers: { 'X-client-id': CLIENT_ID },
      body: { code: mobile },
    })
  },
}

function addUser(store: Store, number: string, now: number) {
  const mobile = `+86-${number}`
  const addressIndex = tokens.blindIndex(mobile)
  return { addressIndex, userId: register(store, { mobile, addressIndex }, now).id }
}

interface OpenSignIn {
  readonly id: string
  readonly stateToken: string
}

function openSignIn(store: Store, now: number): OpenSignIn {
  const id = tokens.orderedId(now)
  const seconds = Math.floor(now / 1000)
  const stateToken = tokens.issueStateToken(id, CLIENT_ID, seconds, seconds + LIFE_MS / 1000)
  const hash = tokens.hashToken(stateToken)
  store.run('openSignIn', id, CLIENT_ID, 'wechat', `o${tokens.randomId()}`, hash, now + LIFE_MS)
  return { id, stateToken }
}

function proof(
  store: Store,
  path: string,
  number: string,
  purpose: string,
  signIn: OpenSignIn | undefined,
  now: number,
): string {
  const id = tokens.orderedId(now)
  const index = tokens.blindIndex(`+86-${number}`)
  const hash = tokens.codeHash(id, CODE)
  store.run('openVerification', id, index, purpose, CLIENT_ID, signIn?.id ?? '', hash, now + LIFE_MS)
  return requestText({
    path: `/api/v2/sdk/${path}`,
    headers: {
      'X-client-id': CLIENT_ID,
      ...(signIn !== undefined && { 'X-state-token': signIn.stateToken }),
    },
    body: { mobile: number, verify_code: CODE },
  })
}
