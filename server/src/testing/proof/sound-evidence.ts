import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { hashToken } from '../../platform/secrets.ts'
import { productionSendBudgets } from '../../verifications/index.ts'
import type { Evidence, Prove } from './evidence.ts'

const AT = Date.UTC(2026, 0, 5, 8, 0, 0)
const MINUTE_MS = 60_000
const SHOP = 'shop'
const LI = { id: 'user-li', addressIndex: 'index-li', mobile: '+8613800138000' }

/** The evidence of a short, blameless run: Li is bound by a code, comes back, logs out; a stranger guesses wrong. */
export async function soundEvidence(): Promise<Evidence> {
  const pair = await generateKeyPair('ES256', { extractable: true })
  const kid = 'key-1'
  const keys = { keys: [{ ...(await exportJWK(pair.publicKey)), kid, alg: 'ES256' }] }
  const idToken = (at: number) =>
    new SignJWT({ id: LI.id })
      .setProtectedHeader({ alg: 'ES256', kid })
      .setIssuedAt(at / 1000)
      .setExpirationTime(at / 1000 + 300)
      .sign(pair.privateKey)
  const session = { sessionToken: 'token-1', idToken: await idToken(AT + 2000), userId: LI.id }
  const second = { sessionToken: 'token-2', idToken: await idToken(AT + MINUTE_MS), userId: LI.id }

  const prove = (differences: Partial<Prove>): Prove => ({
    kind: 'prove',
    clientId: SHOP,
    person: 'li',
    stateToken: 'state-1',
    to: LI.mobile,
    purpose: 'BIND_MOBILE_SMS',
    verifyCode: '232326',
    startedAt: AT + 2000,
    endedAt: AT + 2100,
    outcome: 'ok',
    ...differences,
  })
  const person = { clientId: SHOP, person: 'li' }
  const wrong = { outcome: 'fail', errorCode: 'IDAAS.SDK.CAPTCHA.0007', verifyCode: '000000' } as const

  return {
    history: [
      { kind: 'login', ...person, stateToken: 'state-1', startedAt: AT, endedAt: AT + 10, outcome: 'ok' },
      {
        kind: 'send',
        clientId: SHOP,
        to: LI.mobile,
        purpose: 'BIND_MOBILE_SMS',
        startedAt: AT + 100,
        endedAt: AT + 900,
        outcome: 'ok',
      },
      prove({ ...wrong, startedAt: AT + 1000, endedAt: AT + 1100 }),
      prove({ session }),
      prove({ ...wrong, person: 'stranger', stateToken: 'state-2' }),
      {
        kind: 'login',
        ...person,
        session: second,
        startedAt: AT + MINUTE_MS,
        endedAt: AT + MINUTE_MS + 10,
        outcome: 'ok',
      },
      {
        kind: 'logout',
        sessionToken: 'token-2',
        startedAt: AT + 2 * MINUTE_MS,
        endedAt: AT + 2 * MINUTE_MS + 10,
        outcome: 'ok',
      },
      { kind: 'outage', of: 'database', startedAt: AT + 3 * MINUTE_MS, endedAt: AT + 4 * MINUTE_MS },
      {
        kind: 'refresh',
        sessionToken: 'token-1',
        session,
        startedAt: AT + 6 * MINUTE_MS,
        endedAt: AT + 6 * MINUTE_MS + 10,
        outcome: 'ok',
      },
      { kind: 'comeback', person: 'Li', tries: 1, isIn: true },
    ],
    messages: [
      {
        to: LI.mobile,
        purpose: 'BIND_MOBILE_SMS',
        verifyCode: '232326',
        application: 'Shop',
        at: AT + 500,
      },
    ],
    rows: soundRows(),
    servedKeys: [
      { at: AT, keys },
      { at: AT + 2 * MINUTE_MS, keys },
    ],
    sendBudgets: productionSendBudgets,
    healedAt: AT + 5 * MINUTE_MS,
    applicationNames: new Map([[SHOP, 'Shop']]),
    texts: [{ name: 'the log', bytes: '{"level":30,"msg":"request"}' }],
    secrets: [{ name: "Li's mobile", value: '13800138000' }],
  }
}

function soundRows(): Evidence['rows'] {
  const event = {
    at: AT + 2000,
    client_id: SHOP,
    user_id: LI.id,
    sign_in_id: 'sign-in-1',
    session_id: null,
    connection_id: 'mini-program',
    address_index: LI.addressIndex,
    address_masked: '138****8000',
    ip: null,
    because: null,
  }
  const signIn = {
    client_id: SHOP,
    connection_id: 'mini-program',
    union_subject: null,
    user_id: null,
    effect: null,
    proved_channel: null,
    second_factor_at: null,
    status: 'SOCIAL_BIND',
    tries: 2,
    opened_at: AT,
    expires_at: AT + 10 * MINUTE_MS,
    ended_at: null,
    ip: '127.0.0.1',
    device: '',
  }
  const session = {
    replaced_token_hash: null,
    replaced_until: null,
    user_id: LI.id,
    client_id: SHOP,
    identity_id: 'identity-1',
    second_factor_at: null,
    opened_at: AT + 2000,
    expires_at: AT + 432_000_000,
    ended_at: null,
    ip: '127.0.0.1',
    device: '',
  }
  return {
    user: [
      {
        id: LI.id,
        user_name: 'li',
        user_name_key: 'li',
        name: '',
        created_at: AT - MINUTE_MS,
        disabled_at: null,
        closes_at: null,
        attributes_sealed: null,
      },
    ],
    user_address: [
      {
        user_id: LI.id,
        channel: 'sms',
        address_sealed: '1.AAAA',
        address_index: LI.addressIndex,
        address_masked: '138****8000',
        verified_at: AT - MINUTE_MS,
      },
    ],
    connection: [
      {
        id: 'mini-program',
        kind: 'wechat-mini-program',
        name: 'shop',
        app_id: 'wx1',
        app_secret_sealed: '1.AAAA',
        open_platform: null,
        when_unbound: 'bind',
        second_identity: 'refuse',
        requires_own_code: 0,
        phone_button: 0,
        created_at: AT - MINUTE_MS,
        disabled_at: null,
      },
    ],
    identity: [
      {
        id: 'identity-1',
        connection_id: 'mini-program',
        subject: 'o-li',
        union_subject: null,
        user_id: LI.id,
        sole_of_user_id: LI.id,
        bound_at: AT + 2000,
      },
    ],
    session: [
      { ...session, id: 'session-1', sign_in_id: 'sign-in-1', token_hash: hashToken('token-1') },
      { ...session, id: 'session-2', sign_in_id: 'sign-in-3', token_hash: hashToken('token-2') },
    ],
    sign_in: [
      {
        ...signIn,
        id: 'sign-in-1',
        subject: 'o-li',
        state_token_hash: hashToken('state-1'),
        completed_at: AT + 2000,
      },
      {
        ...signIn,
        id: 'sign-in-2',
        subject: 'o-stranger',
        state_token_hash: hashToken('state-2'),
        completed_at: null,
      },
    ],
    verification: [
      {
        id: 'verification-1',
        address_index: LI.addressIndex,
        purpose: 'BIND_MOBILE_SMS',
        client_id: SHOP,
        sign_in_id: '',
        address_masked: '138****8000',
        code_hash: 'hash',
        attempts: 2,
        sent_at: AT + 500,
        expires_at: AT + 5 * MINUTE_MS,
        used_at: AT + 2000,
      },
    ],
    signing_key: [
      {
        kid: 'key-1',
        algorithm: 'ES256',
        generation: 1,
        active_from: AT - MINUTE_MS,
        needed_until: 0,
        public_jwk: '{}',
        private_jwk_sealed: '1.AAAA',
        created_at: AT - MINUTE_MS,
      },
    ],
    audit_event: [
      { ...event, id: 'event-1', kind: 'identity_bound' },
      { ...event, id: 'event-2', kind: 'session_opened', session_id: 'session-1' },
      { ...event, id: 'event-3', kind: 'session_opened', session_id: 'session-2', sign_in_id: 'sign-in-3' },
    ],
  }
}
