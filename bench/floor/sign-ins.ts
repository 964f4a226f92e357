import { z } from 'zod'
import type { Store } from './store.ts'
import * as tokens from './tokens.ts'

/** What a call carries, as the door of the floor read it. */
export interface Call {
  readonly clientId: string
  readonly stateToken: string
  readonly device: string
  readonly ip: string
  readonly now: number
  readonly body: unknown
}

/** Who is in. */
export interface Entry {
  readonly userId: string
  readonly userName: string
  readonly name: string
  readonly mobile: string
  readonly sessionId: string
  readonly sessionToken: string
}

export type Refusal = 'E1007' | 'wrong code' | 'no such user' | 'bound elsewhere' | 'disabled' | 'unknown'

const SESSION_SECONDS = 432_000
const guessBody = z.object({ mobile: z.string().regex(/^1\d{10}$/), verify_code: z.string() })
const paidRow = z.object({ id: z.string(), code_hash: z.string() })
const signInRow = z.object({ connection_id: z.string(), subject: z.string() })
const userRow = z.object({
  id: z.string(),
  user_name: z.string(),
  name: z.string(),
  disabled_at: z.number().nullable(),
})

interface Guess {
  readonly mobile: string
  readonly addressIndex: string
  readonly purpose: string
  readonly signInId: string
  readonly code: string
}

/**
 * `social/bind`: findSignIn, payGuess, useCode, findUser, bindIdentity, completeSignIn, openSession, record.
 * `social/register-bind` of somebody new: insertUser and insertAddress besides.
 */
export function bind(store: Store, call: Call, isRegister: boolean): Entry | Refusal {
  const guess = guessOf(call, isRegister ? 'REGISTER_SMS' : 'BIND_MOBILE_SMS')
  const { stateToken, clientId, now } = call
  const signInId = tokens.readStateToken(stateToken, clientId, now)
  if (signInId === undefined) return 'E1007'
  const found = store.get('findSignIn', signInId, clientId, tokens.hashToken(stateToken), now)
  if (found === undefined) return 'E1007'
  const { connection_id: connectionId, subject } = signInRow.parse(found)

  if (!isRightCode(store, call, { ...guess, signInId })) return 'wrong code'
  const known = store.get('findUser', guess.addressIndex)
  if (known === undefined && !isRegister) return 'no such user'
  const user = known === undefined ? register(store, guess, now) : userRow.parse(known)
  if (user.disabled_at !== null) return 'disabled'
  if (store.run('bindIdentity', connectionId, subject, user.id, guess.addressIndex, now) === 0) {
    return 'bound elsewhere'
  }
  store.run('completeSignIn', now, signInId)
  return enter(store, call, user, guess.mobile, signInId)
}

/** `login/mobile-verify-code` of somebody new: payGuess, useCode, findUser, insertUser, insertAddress, openSession, record. */
export function loginByCode(store: Store, call: Call): Entry | Refusal {
  const guess = guessOf(call, 'LOGIN_SMS')
  if (!isRightCode(store, call, { ...guess, signInId: '' })) return 'wrong code'
  const known = store.get('findUser', guess.addressIndex)
  const user = known === undefined ? register(store, guess, call.now) : userRow.parse(known)
  return user.disabled_at === null ? enter(store, call, user, guess.mobile) : 'disabled'
}

/** `login/wechat-miniprogram` of a known identity: findIdentity, openSession, record. */
export function loginWithIdentity(
  store: Store,
  call: Call,
  connectionId: string,
  subject: string,
): Entry | Refusal {
  const found = store.get('findIdentity', connectionId, subject)
  if (found === undefined) return 'unknown'
  const user = userRow.parse(found)
  if (user.disabled_at !== null) return 'disabled'
  return enter(store, call, user, tokens.unseal(user.id, String(found['address_sealed'])))
}

function guessOf(call: Call, purpose: string): Omit<Guess, 'signInId'> {
  const { mobile: number, verify_code: code } = guessBody.parse(call.body)
  const mobile = `+86-${number}`
  return { mobile, addressIndex: tokens.blindIndex(mobile), purpose, code }
}

/** Pays before it compares; a wrong code leaves the payment to be committed. */
function isRightCode(store: Store, { clientId, now }: Call, guess: Guess): boolean {
  const key = [guess.addressIndex, guess.purpose, clientId, guess.signInId] as const
  const paid = store.get('payGuess', ...key, now)
  if (paid === undefined) return false
  const { id, code_hash: hash } = paidRow.parse(paid)
  if (!tokens.isSame(hash, tokens.codeHash(id, guess.code))) return false
  store.run('useCode', now, ...key)
  return true
}

export function register(
  store: Store,
  { mobile, addressIndex }: Pick<Guess, 'mobile' | 'addressIndex'>,
  now: number,
): z.infer<typeof userRow> {
  const id = tokens.objectId(now)
  const userName = `u_${tokens.randomId().slice(0, 12).toLowerCase()}`
  store.run('insertUser', id, userName, '', now)
  store.run('insertAddress', addressIndex, id, tokens.seal(id, mobile), masked(mobile), now)
  return { id, user_name: userName, name: '', disabled_at: null }
}

function enter(
  store: Store,
  call: Call,
  user: z.infer<typeof userRow>,
  mobile: string,
  signInId: string | null = null,
): Entry {
  const sessionToken = tokens.randomSessionToken()
  const sessionId = tokens.orderedId(call.now)
  const { clientId, device, ip, now } = call
  const hash = tokens.hashToken(sessionToken)
  store.run('openSession', hash, sessionId, user.id, clientId, now, now + SESSION_SECONDS * 1000, ip, device)
  const kind = signInId === null ? 'signed_in' : 'identity_bound'
  const address = masked(mobile)
  store.run('record', tokens.orderedId(now), now, kind, clientId, user.id, signInId, sessionId, address, ip)
  return { userId: user.id, userName: user.user_name, name: user.name, mobile, sessionId, sessionToken }
}

function masked(mobile: string): string {
  return `${mobile.slice(0, 7)}****${mobile.slice(-4)}`
}
