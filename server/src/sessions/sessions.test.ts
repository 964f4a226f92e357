import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { hashToken } from '../platform/secrets.ts'
import { setUserDisabled } from '../users/index.ts'
import { REGISTER_CLIENT_ID, startServer, type TestServer } from '../testing/server.ts'

const REFRESH = 'sso/session-token/id-token'
const SESSION_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0023'
const ID_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0016'
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

const signedIn = z.object({ session_token: z.string(), id_token: z.string(), expire: z.number() })
const keySet = z.object({ keys: z.array(z.looseObject({ kid: z.string(), kty: z.string() })) })

async function signIn(server: TestServer) {
  const pending = await server.miniProgram().openSignIn('alice')
  await pending.send('11012345678')
  return signedIn.parse((await pending.bind('11012345678', '232326')).body)
}

async function publishedKeys(server: TestServer) {
  const response = await fetch(`${server.url}/api/v1/oauth2/keys`)
  return { headers: response.headers, ...keySet.parse(await response.json()) }
}

const withSession = (sessionToken: string) => ({ headers: { 'session-token': sessionToken } })
const withBearer = (idToken: string) => ({
  method: 'GET' as const,
  headers: { Authorization: `Bearer ${idToken}` },
})

describe('an id_token', () => {
  test('has both documented payload shapes at once', async (t) => {
    const server = await startServer(t)
    const { id_token: idToken } = await signIn(server)

    expect(Object.keys(decodeProtectedHeader(idToken))).toEqual(['kid', 'alg'])
    const payload = decodeJwt(idToken)
    const user = await server.deployment.db.selectFrom('user').select('id').executeTakeFirstOrThrow()
    const person = {
      name: '张三',
      mobile: '+86-11012345678',
      id: user.id,
      userName: 'zhangsan',
      email: 'zhangsan@qq.com',
    }
    expect(payload).toMatchObject({
      iss: `${server.url}/api/v1/oauth2`,
      aud: 'nTo1eRIub60vPb54WeE6aojPwYwImtl4',
      sub: user.id,
      iat: 1767600000,
      exp: 1767600300,
      nbf: 1767599880,
      ...person,
    })
    expect(payload.jti).toMatch(/^[\w-]{22}$/)
    expect(payload['api']).toBe(JSON.stringify(person))
  })

  test.for(['RS256', 'ES256', 'EdDSA'] as const)(
    'signed with %s verifies against the published keys',
    async (algorithm, t) => {
      const server = await startServer(t, {
        application: { idToken: { algorithm, subject: 'user_name', lifetimeSeconds: 300 } },
      })
      const { id_token: idToken } = await signIn(server)
      const { keys, headers } = await publishedKeys(server)

      const { payload, protectedHeader } = await jwtVerify(idToken, createLocalJWKSet({ keys }), {
        currentDate: new Date(server.clock.now()),
      })
      expect(protectedHeader.alg).toBe(algorithm)
      expect(payload.sub).toBe('zhangsan')
      expect(headers.get('cache-control')).toBe('public, max-age=300')
    },
  )

  test('of a person without a name or email has them as empty strings', async (t) => {
    const server = await startServer(t)
    await server.addUser({ mobile: '13800138000', fixedCode: '111111' })
    const pending = await server.miniProgram().openSignIn('alice')
    await pending.send('13800138000')
    const { id_token: idToken } = signedIn.parse((await pending.bind('13800138000', '111111')).body)

    expect(decodeJwt(idToken)).toMatchObject({ name: '', email: '', mobile: '+86-13800138000' })
  })
})

describe('the published keys', () => {
  test('are RSA only until an application uses another kind, and never private', async (t) => {
    const server = await startServer(t)
    const { keys } = await publishedKeys(server)

    expect(keys.map((key) => key.kty)).toEqual(['RSA'])
    expect(Object.keys(keys[0] ?? {}).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
  })

  test('are the same after a restart', async (t) => {
    const first = await startServer(t)
    const before = await publishedKeys(first)
    await first.stop()
    const second = await startServer(t, { data: first.data })

    expect((await publishedKeys(second)).keys).toEqual(before.keys)
  })
})

describe('refreshing', () => {
  test('gives a new id_token and the seconds that remain', async (t) => {
    const server = await startServer(t)
    const { session_token: sessionToken, id_token: idToken } = await signIn(server)
    server.clock.advance(10 * MINUTE)

    const reply = await server.miniProgram().call(REFRESH, withSession(sessionToken))

    expect(reply.body).toMatchObject({ session_token: sessionToken, expire: 432_000 - 600 })
    expect(Object.keys(reply.body)).toEqual(['session_token', 'expire', 'id_token'])
    expect(reply.body['id_token']).not.toBe(idToken)
  })

  test('takes the other documented header name as well', async (t) => {
    const server = await startServer(t)
    const { session_token: sessionToken } = await signIn(server)

    const reply = await server.miniProgram().call(REFRESH, { headers: { 'X-session-token': sessionToken } })
    expect(reply.httpStatus).toBe(200)
  })

  test('ends with the session, to the second', async (t) => {
    const server = await startServer(t)
    const { session_token: sessionToken } = await signIn(server)
    const refresh = () => server.miniProgram().call(REFRESH, withSession(sessionToken))

    server.clock.advance(5 * DAY - 1)
    expect((await refresh()).httpStatus).toBe(200)
    server.clock.advance(1)
    expect(await refresh()).toMatchObject({
      httpStatus: 400,
      text: `{"error_code":"${SESSION_TOKEN_REFUSED}","error_msg":"Invalid or expired session token"}`,
    })
  })

  test('is for the session’s own application only', async (t) => {
    const server = await startServer(t)
    const { session_token: sessionToken } = await signIn(server)

    const elsewhere = server.miniProgram({ clientId: REGISTER_CLIENT_ID })
    expect(await elsewhere.call(REFRESH, withSession(sessionToken))).toMatchObject({
      outcome: SESSION_TOKEN_REFUSED,
    })
  })

  test('is refused without a token, with an id_token and for a disabled user', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const { session_token: sessionToken, id_token: idToken } = await signIn(server)
    expect(await program.call(REFRESH)).toMatchObject({ outcome: SESSION_TOKEN_REFUSED })
    expect(await program.call(REFRESH, withSession(idToken))).toMatchObject({
      outcome: SESSION_TOKEN_REFUSED,
    })

    const { id } = await server.deployment.db.selectFrom('user').select('id').executeTakeFirstOrThrow()
    await server.deployment.db.transaction().execute((tx) => setUserDisabled(tx, id, 1))
    expect(await program.call(REFRESH, withSession(sessionToken))).toMatchObject({
      outcome: SESSION_TOKEN_REFUSED,
    })
  })
})

test('tokens of sessions begin with their time, and no two share more', async (t) => {
  const server = await startServer(t)
  const tokens = [(await signIn(server)).session_token]
  while (tokens.length < 3) {
    server.clock.advance(1)
    tokens.push(signedIn.parse((await server.miniProgram().login('alice')).body).session_token)
  }
  expect(tokens.toSorted()).toEqual(tokens)
  expect(new Set(tokens.map((token) => token.slice(7, 12))).size).toBe(3)
  const stored = await server.deployment.db.selectFrom('session').select('token_hash').execute()
  for (const token of tokens) expect(stored).not.toContainEqual({ token_hash: token })
})

describe('renewal', () => {
  const renewing = { application: { session: { lifetimeSeconds: 3600, isRenewed: true } } }

  test('gives the next session token with a full life', async (t) => {
    const server = await startServer(t, renewing)
    const program = server.miniProgram()
    const { session_token: first } = await signIn(server)
    server.clock.advance(50 * MINUTE)

    const renewed = signedIn.parse((await program.call(REFRESH, withSession(first))).body)
    expect(renewed.session_token).toMatch(/^[A-Za-z0-9]{32}$/)
    expect(renewed.session_token).not.toBe(first)
    expect(renewed.expire).toBe(3600)

    server.clock.advance(50 * MINUTE)
    expect((await program.call(REFRESH, withSession(renewed.session_token))).httpStatus).toBe(200)
  })

  test('gives a client that lost the answer the same token again, for a minute', async (t) => {
    const server = await startServer(t, renewing)
    const program = server.miniProgram()
    const { session_token: first } = await signIn(server)
    const refresh = () => program.call(REFRESH, withSession(first))

    const renewed = (await refresh()).body['session_token']
    server.clock.advance(MINUTE - 1)
    expect((await refresh()).body['session_token']).toBe(renewed)
    server.clock.advance(1)
    expect(await refresh()).toMatchObject({ outcome: SESSION_TOKEN_REFUSED })
  })

  test('of sixteen simultaneous refreshes gives every one the same token', async (t) => {
    const server = await startServer(t, renewing)
    const { session_token: first } = await signIn(server)

    const replies = await Promise.all(
      Array.from({ length: 16 }, () => server.miniProgram().call(REFRESH, withSession(first))),
    )
    expect(replies.every((reply) => reply.httpStatus === 200)).toBe(true)
    expect(new Set(replies.map((reply) => reply.body['session_token'])).size).toBe(1)
    expect(await server.count('session')).toBe(1)
  })

  test('goes on with a session that an earlier version opened', async (t) => {
    const server = await startServer(t, renewing)
    const program = server.miniProgram()
    const { session_token: first } = await signIn(server)
    await server.deployment.db
      .updateTable('session')
      .set({ token_hash: hashToken(first) })
      .execute()
    const refresh = async () => (await program.call(REFRESH, withSession(first))).body['session_token']

    const second = String(await refresh())
    expect(second).toMatch(/^[A-Za-z0-9]{32}$/)
    expect(await refresh()).toBe(second)
    expect((await program.call(REFRESH, withSession(second))).httpStatus).toBe(200)
  })

  test('refuses a token that was replaced twice', async (t) => {
    const server = await startServer(t, renewing)
    const program = server.miniProgram()
    const { session_token: first } = await signIn(server)
    const second = String((await program.call(REFRESH, withSession(first))).body['session_token'])
    await program.call(REFRESH, withSession(second))

    expect(await program.call(REFRESH, withSession(first))).toMatchObject({ outcome: SESSION_TOKEN_REFUSED })
  })
})

describe('logout', () => {
  test.for(['session token', 'id_token'] as const)(
    'by %s ends the session and with it every id_token',
    async (by, t) => {
      const server = await startServer(t)
      const program = server.miniProgram()
      const { session_token: sessionToken, id_token: idToken } = await signIn(server)
      const proof =
        by === 'id_token' ? withBearer(idToken) : { method: 'GET' as const, ...withSession(sessionToken) }

      expect(await program.call('logout', proof)).toMatchObject({ httpStatus: 200, text: '' })

      expect(await program.call(REFRESH, withSession(sessionToken))).toMatchObject({
        outcome: SESSION_TOKEN_REFUSED,
      })
      expect(await program.call('logout', withBearer(idToken))).toMatchObject({ outcome: ID_TOKEN_REFUSED })
    },
  )

  test('is refused with an id_token that has expired, and with none', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const { id_token: idToken } = await signIn(server)
    server.clock.advance(5 * MINUTE)

    expect(await program.call('logout', withBearer(idToken))).toMatchObject({ outcome: ID_TOKEN_REFUSED })
    expect(await program.call('logout', { method: 'GET' })).toMatchObject({ outcome: ID_TOKEN_REFUSED })
  })

  test('is refused with another application’s id_token and with a session token as Bearer', async (t) => {
    const server = await startServer(t)
    const { session_token: sessionToken, id_token: idToken } = await signIn(server)

    const elsewhere = server.miniProgram({ clientId: REGISTER_CLIENT_ID })
    expect(await elsewhere.call('logout', withBearer(idToken))).toMatchObject({ outcome: ID_TOKEN_REFUSED })
    expect(await server.miniProgram().call('logout', withBearer(sessionToken))).toMatchObject({
      outcome: ID_TOKEN_REFUSED,
    })
  })

  test('of sixteen simultaneous ones records one end', async (t) => {
    const server = await startServer(t)
    const { session_token: sessionToken } = await signIn(server)
    const out = { method: 'GET' as const, ...withSession(sessionToken) }
    await Promise.all(Array.from({ length: 16 }, () => server.miniProgram().call('logout', out)))

    const ends = await server.deployment.db
      .selectFrom('audit_event')
      .select('id')
      .where('kind', '=', 'session_ended')
      .execute()
    expect(ends).toHaveLength(1)
  })
})
