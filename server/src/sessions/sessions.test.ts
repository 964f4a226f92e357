import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { setUserDisabled } from '../users/index.ts'
import { REGISTER_CLIENT_ID, startServer, type TestServer } from '../testing/server.ts'
import { REFRESH, SESSION_TOKEN_REFUSED, signedInBody, signIn, withSession } from '../testing/sessions.ts'

const ID_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0016'
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

const keySet = z.object({ keys: z.array(z.looseObject({ kid: z.string(), kty: z.string() })) })

async function publishedKeys(server: TestServer) {
  const response = await fetch(`${server.url}/api/v1/oauth2/keys`)
  return { headers: response.headers, ...keySet.parse(await response.json()) }
}

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
    const { id_token: idToken } = signedInBody.parse((await pending.bind('13800138000', '111111')).body)

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
