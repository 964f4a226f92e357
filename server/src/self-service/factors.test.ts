import { describe, expect, test } from 'vitest'
import { countRecoveryCodes } from '../credentials/index.ts'
import { sweep } from '../housekeeping.ts'
import { ID_TOKEN_REFUSED, LI, SIGN_IN_AGAIN, startWithLi } from '../testing/closed-account.ts'
import {
  codeAt,
  codeOfOathtool,
  ENROLMENT_EXPIRED,
  enrolTotp,
  FACTOR_ALREADY_ENROLLED,
  FACTOR_CODE_INCORRECT,
  FACTOR_LOCKED,
  FACTOR_NOT_ENROLLED,
  factorsOf,
  hasOathtool,
  SIGN_IN_WITH_SECOND_FACTOR,
  signInWithTotp,
  STEP,
  wrongCode,
} from '../testing/factors.ts'
import type { TestServer } from '../testing/server.ts'
import { signIn } from '../testing/signed-in.ts'

const MINUTE = 60_000
const LONG_ID_TOKENS = {
  application: { idToken: { algorithm: 'RS256', subject: 'user_id', lifetimeSeconds: 3600 } },
} as const

const auditOf = ({ deployment }: TestServer) =>
  deployment.db
    .selectFrom('audit_event')
    .select(['kind', 'user_id', 'because', 'ip', 'session_id'])
    .where((is) => is.or([is('kind', 'like', 'factor%'), is('kind', '=', 'recovery_codes_made')]))
    .orderBy('at')
    .execute()

describe('one-time passwords', () => {
  test.skipIf(!hasOathtool)(
    'are set up with the app of somebody else (oathtool; skipped where there is none)',
    async (t) => {
      const { server, program, alice } = await startWithLi(t)
      const factors = factorsOf(program, alice)
      expect(await factors.list()).toMatchObject({
        body: { totp: { enrolled: false, since: null }, recovery_codes: { remaining: 0 } },
      })

      const { secret } = await factors.begun()
      expect(await factors.list()).toMatchObject({ body: { totp: { enrolled: false } } })
      const confirmed = await factors.confirm(codeOfOathtool(secret, server.clock.now()))

      expect(confirmed).toMatchObject({ httpStatus: 200 })
      expect(confirmed.body['recovery_codes']).toHaveLength(10)
      expect(await factors.list()).toMatchObject({
        body: {
          totp: { enrolled: true, since: server.clock.now() / 1000 },
          recovery_codes: { remaining: 10 },
        },
      })
    },
  )

  test('come with a secret of 160 bits, a link and a picture of it that tell no address', async (t) => {
    const { program, alice } = await startWithLi(t)
    const begun = await factorsOf(program, alice).begun()

    expect(begun.secret).toMatch(/^[A-Z2-7]{32}$/)
    const uri = new URL(begun.uri)
    expect(`${uri.protocol}//${uri.host}`).toBe('otpauth://totp')
    expect(decodeURIComponent(uri.pathname)).toBe('/Demo, bind:+86-138****8000')
    expect(Object.fromEntries(uri.searchParams)).toEqual({
      issuer: 'Demo, bind',
      secret: begun.secret,
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    })
    expect(begun.qr_svg).toMatch(/^<svg[^>]*>.*<\/svg>$/s)
    expect(begun.expires_in).toBe(600)
    expect(JSON.stringify(begun)).not.toContain(LI)
  })

  test('are forgotten ten minutes after they were begun, a moment before not', async (t) => {
    const { server, program, alice } = await startWithLi(t, LONG_ID_TOKENS)
    const early = await factorsOf(program, alice).begun()
    server.clock.advance(10 * MINUTE)
    const factors = factorsOf(program, await signIn(program, 'alice'))
    expect(await factors.confirm(codeAt(early.secret, server.clock.now()))).toMatchObject({
      outcome: ENROLMENT_EXPIRED,
    })
    await sweep(server.deployment.db, server.clock.now())
    expect(await server.count('totp')).toBe(0)

    const { secret } = await factors.begun()
    server.clock.advance(10 * MINUTE - 1)
    await sweep(server.deployment.db, server.clock.now())
    expect(await factors.confirm(codeAt(secret, server.clock.now()))).toMatchObject({ httpStatus: 200 })
    server.clock.advance(MINUTE)
    await sweep(server.deployment.db, server.clock.now())
    expect(await server.count('totp')).toBe(1)
  })

  test('that are begun again are other ones', async (t) => {
    const { server, program, alice } = await startWithLi(t)
    const factors = factorsOf(program, alice)
    const first = await factors.begun()
    const second = await factors.begun()
    const now = server.clock.now()
    expect(await factors.confirm(codeAt(first.secret, now))).toMatchObject({ outcome: FACTOR_CODE_INCORRECT })
    expect(await factors.confirm(codeAt(second.secret, now))).toMatchObject({ httpStatus: 200 })
  })

  test('are confirmed once, of sixteen times at once', async (t) => {
    const { server, program, alice } = await startWithLi(t)
    const factors = factorsOf(program, alice)
    const { secret } = await factors.begun()
    const code = codeAt(secret, server.clock.now())

    const replies = await Promise.all(Array.from({ length: 16 }, () => factors.confirm(code)))

    expect(replies.filter(({ httpStatus }) => httpStatus === 200)).toHaveLength(1)
    expect(await server.count('recovery_code')).toBe(10)
  })

  test('a wrong code is a guess, and the fifth locks', async (t) => {
    const { server, program, alice } = await startWithLi(t)
    const factors = factorsOf(program, alice)
    const { secret } = await factors.begun()
    const wrong = wrongCode(secret, server.clock.now())
    for (let guess = 0; guess < 4; guess++) {
      expect(await factors.confirm(wrong)).toMatchObject({ outcome: FACTOR_CODE_INCORRECT })
    }
    const locked = await factors.confirm(wrong)
    expect(locked).toMatchObject({ outcome: FACTOR_LOCKED })
    expect(locked.headers.get('retry-after')).toBe('900')
    expect(await factors.confirm(codeAt(secret, server.clock.now()))).toMatchObject({
      outcome: FACTOR_LOCKED,
    })
    expect(await auditOf(server)).toHaveLength(6)
  })
})

describe('a change', () => {
  test('wants a session of the last ten minutes', async (t) => {
    const { server, program, alice } = await startWithLi(t, LONG_ID_TOKENS)
    const factors = factorsOf(program, alice)
    server.clock.advance(10 * MINUTE)
    expect(await factors.begin()).toMatchObject({ httpStatus: 200 })
    server.clock.advance(1)
    for (const change of [factors.begin, factors.remove, factors.makeRecoveryCodes]) {
      expect(await change()).toMatchObject({ outcome: SIGN_IN_AGAIN })
    }
    expect(await factors.confirm('000000')).toMatchObject({ outcome: SIGN_IN_AGAIN })
    expect(await factors.list()).toMatchObject({ httpStatus: 200 })
  })

  test('wants the second factor of whoever has one', async (t) => {
    const { server, program, alice } = await startWithLi(t)
    const early = await signIn(program, 'alice')
    const { secret } = await enrolTotp(server, program, alice)
    server.clock.advance(STEP)
    for (const person of [alice, early]) {
      const own = factorsOf(program, person)
      for (const change of [own.begin, own.remove, own.makeRecoveryCodes]) {
        expect(await change()).toMatchObject({ outcome: SIGN_IN_WITH_SECOND_FACTOR })
      }
      expect(await own.confirm(codeAt(secret, server.clock.now()))).toMatchObject({
        outcome: SIGN_IN_WITH_SECOND_FACTOR,
      })
    }

    const factors = factorsOf(program, await signInWithTotp(server, program, 'alice', secret))
    expect(await factors.begin()).toMatchObject({ outcome: FACTOR_ALREADY_ENROLLED })
    expect(await factors.remove()).toMatchObject({ httpStatus: 200 })
    expect(await factors.list()).toMatchObject({
      body: { totp: { enrolled: false, since: null }, recovery_codes: { remaining: 0 } },
    })
  })

  test('of what is not there is refused', async (t) => {
    const { program, alice } = await startWithLi(t)
    const factors = factorsOf(program, alice)
    await factors.begin()
    expect(await factors.remove()).toMatchObject({ outcome: FACTOR_NOT_ENROLLED })
    expect(await factors.makeRecoveryCodes()).toMatchObject({ outcome: FACTOR_NOT_ENROLLED })
  })

  test('wants somebody who is signed in', async (t) => {
    const { server, program, alice } = await startWithLi(t)
    const factors = factorsOf(program, { idToken: alice.idToken.slice(0, -2) })
    for (const call of [factors.list, factors.begin, factors.remove, factors.makeRecoveryCodes]) {
      expect(await call()).toMatchObject({ outcome: ID_TOKEN_REFUSED })
    }
    expect(await server.count('totp')).toBe(0)
  })

  test('is told to all of his addresses and recorded, and his sessions go on', async (t) => {
    const { server, program, user, alice } = await startWithLi(t)
    const elsewhere = await signIn(program, 'alice')
    const { secret } = await enrolTotp(server, program, alice)
    server.clock.advance(STEP)
    const factors = factorsOf(program, await signInWithTotp(server, program, 'alice', secret))
    await factors.makeRecoveryCodes()
    server.clock.advance(1)
    await factors.remove()

    const notices = await server.deployment.db
      .selectFrom('notice')
      .select(['kind', 'channel'])
      .where('kind', '!=', 'identity_bound')
      .orderBy('at')
      .orderBy('channel')
      .execute()
    expect(notices).toEqual(
      ['factor_added', 'recovery_codes_made', 'factor_removed'].flatMap((kind) =>
        ['email', 'sms'].map((channel) => ({ kind, channel })),
      ),
    )
    const common = { user_id: user.id, ip: '127.0.0.1', session_id: expect.any(String) }
    expect(await auditOf(server)).toEqual([
      { kind: 'factor_enrolled', because: 'one-time password, by himself', ...common },
      { kind: 'recovery_codes_made', because: 'by himself', ...common },
      { kind: 'factor_removed', because: 'one-time password, by himself', ...common },
    ])
    expect(await elsewhere.refresh()).toMatchObject({ httpStatus: 200 })
    expect(await alice.refresh()).toMatchObject({ httpStatus: 200 })
  })
})

test('new recovery codes take the place of the old ones', async (t) => {
  const { server, program, alice } = await startWithLi(t)
  const { secret, recoveryCodes } = await enrolTotp(server, program, alice)
  server.clock.advance(STEP)
  const factors = factorsOf(program, await signInWithTotp(server, program, 'alice', secret))

  const made = await factors.makeRecoveryCodes()

  expect(made.body['recovery_codes']).toHaveLength(10)
  expect(made.body['recovery_codes']).not.toEqual(expect.arrayContaining([recoveryCodes[0]]))
  expect(await countRecoveryCodes(server.deployment.db, alice.userId)).toBe(10)
})
