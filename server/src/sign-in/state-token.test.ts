import { expect, test } from 'vitest'
import { contentsOf } from '../testing/contents.ts'
import { deviceHeaders } from '../testing/every-endpoint.ts'
import { exchangeRaw } from '../testing/raw-http.ts'
import { BIND_CLIENT_ID, REGISTER_CLIENT_ID } from '../testing/server.ts'
import {
  expectRefused,
  expectRefusedByItself,
  forge,
  HS256,
  openScene,
  REFUSED,
  take,
  ZHANGSAN,
  ZHANGSAN_CODE,
} from '../testing/state-tokens.ts'

const TEN_MINUTES = 600_000

const SESSION_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0023'
const ID_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0016'

test('a token of ours that is out of its time, or says nothing of it, is refused', async (t) => {
  const scene = await openScene(t)
  const { key, now } = scene
  const { claims } = take(scene.signIn.stateToken)
  const asText = JSON.stringify(claims)
  const { exp: _exp, ...withoutEnd } = claims
  const { iat: _iat, ...withoutBeginning } = claims

  await expectRefusedByItself(scene, {
    'ended this second': forge(key, HS256, { ...claims, exp: now }),
    'ended long ago': forge(key, HS256, { ...claims, exp: 0 }),
    'ends before time began': forge(key, HS256, { ...claims, exp: -1e300 }),
    'without an end': forge(key, HS256, withoutEnd),
    'without a beginning': forge(key, HS256, withoutBeginning),
    'ends in text': forge(key, HS256, { ...claims, exp: String(now + 600) }),
    'ends in a list': forge(key, HS256, { ...claims, exp: [now + 600] }),
    'ends in nothing': forge(key, HS256, { ...claims, exp: null }),
    'ends in infinity': forge(key, HS256, asText.replace(/"exp":\d+/, '"exp":1e400')),
    'begins in text': forge(key, HS256, { ...claims, iat: 'now' }),
    'not yet': forge(key, HS256, { ...claims, nbf: now + 60 }),
    'not before some text': forge(key, HS256, { ...claims, nbf: 'now' }),
  })
})

test('a token of ours that says anything else is refused', async (t) => {
  const scene = await openScene(t)
  const { key } = scene
  const { claims } = take(scene.signIn.stateToken)
  const { aud: _aud, ...forNobody } = claims
  const { subject: _subject, ...ofNothing } = claims

  await expectRefusedByItself(scene, {
    'for another application': forge(key, HS256, { ...claims, aud: BIND_CLIENT_ID }),
    'for nobody': forge(key, HS256, forNobody),
    'for null': forge(key, HS256, { ...claims, aud: null }),
    'of nothing': forge(key, HS256, ofNothing),
    'of an object': forge(key, HS256, { ...claims, subject: { id: 'x'.repeat(22) } }),
    'of text that is no JSON': forge(key, HS256, { ...claims, subject: '{' }),
    'of another sign-in': forge(key, HS256, { ...claims, subject: JSON.stringify({ id: 'x'.repeat(22) }) }),
    'of an id of another length': forge(key, HS256, { ...claims, subject: '{"id":"x"}' }),
    'of the word null': forge(key, HS256, { ...claims, subject: 'null' }),
    'of another kind': forge(key, { ...HS256, typ: 'at+jwt' }, claims),
    'of no kind': forge(key, { alg: 'HS256' }, claims),
    'by another algorithm': forge(key, { ...HS256, alg: 'HS512' }, claims),
    'with an extension that must be understood': forge(key, { ...HS256, crit: ['x'], x: 1 }, claims),
    'with a payload that is not encoded': forge(key, { ...HS256, b64: false, crit: ['b64'] }, claims),
    'in a list': forge(key, HS256, JSON.stringify([claims])),
    'in text': forge(key, HS256, 'hello'),
    'in nothing': forge(key, HS256, ''),
    'under a header that is no JSON': forge(key, 'HS256', claims),
  })
})

test('a token that only we could have made, but did not, is refused', async (t) => {
  const scene = await openScene(t)
  const { key, now } = scene
  const { claims } = take(scene.signIn.stateToken)

  await expectRefused(scene, {
    'made a second later': forge(key, HS256, { ...claims, iat: now + 1, exp: now + 601 }),
    'made tomorrow': forge(key, HS256, { ...claims, iat: now + 86_400, exp: now + 87_000 }),
    'good for ever': forge(key, HS256, { ...claims, exp: 9_999_999_999 }),
    'good for longer than numbers go': forge(key, HS256, { ...claims, exp: 1e300 }),
    'for two applications': forge(key, HS256, { ...claims, aud: [REGISTER_CLIENT_ID, BIND_CLIENT_ID] }),
    'with more to say': forge(key, HS256, { ...claims, status: 'SUCCESS' }),
    'with a kid': forge(key, { ...HS256, kid: 'x' }, claims),
    'written with blanks': forge(key, HS256, JSON.stringify(claims, null, 1)),
  })
  expect((await scene.signIn.look()).httpStatus).toBe(200)
})

test('a token is refused by another application, after its time, and after it was used', async (t) => {
  const scene = await openScene(t)
  const { server, signIn } = scene
  const token = { token: signIn.stateToken }
  await expectRefused({ server, program: server.miniProgram({ clientId: BIND_CLIENT_ID }) }, token)

  server.clock.advance(TEN_MINUTES)
  await expectRefused(scene, token)
  server.clock.advance(-TEN_MINUTES)

  expect(await signIn.registerBind(ZHANGSAN, ZHANGSAN_CODE)).toMatchObject({ outcome: 'SUCCESS' })
  await signIn.send(ZHANGSAN, { scoped: false })
  await expectRefused(scene, token)
})

test('no token passes for another kind of token', async (t) => {
  const scene = await openScene(t)
  const { program, server } = scene
  const { stateToken } = await program.openSignIn('bob')
  const { body } = await scene.signIn.bind(ZHANGSAN, ZHANGSAN_CODE)
  const [sessionToken, idToken] = [String(body['session_token']), String(body['id_token'])]

  await program.send(ZHANGSAN, 'BIND_MOBILE_SMS')
  await expectRefused(scene, { sessionToken, idToken, 'id_token with its scheme': `Bearer ${idToken}` })

  const before = await contentsOf(server.deployment.db)
  for (const header of ['session-token', 'X-session-token']) {
    for (const token of [stateToken, idToken]) {
      const headers = { [header]: token }
      const refreshed = await program.call('sso/session-token/id-token', { headers })
      const loggedOut = await program.call('logout', { method: 'GET', headers })
      expect([refreshed.outcome, loggedOut.outcome]).toEqual([SESSION_TOKEN_REFUSED, SESSION_TOKEN_REFUSED])
    }
  }
  for (const token of [stateToken, sessionToken]) {
    const headers = { Authorization: `Bearer ${token}` }
    expect(await program.call('logout', { method: 'GET', headers })).toMatchObject({
      outcome: ID_TOKEN_REFUSED,
    })
  }
  expect(await contentsOf(server.deployment.db)).toEqual(before)
})

test('the header may be spelled in any case, and comes once', async (t) => {
  const { server, signIn } = await openScene(t)
  const look = async (names: readonly string[]) => {
    const reply = await exchangeRaw(server.url, {
      method: 'GET',
      path: '/api/v2/ligature/sign-in',
      headers: [
        ...deviceHeaders,
        ['X-client-id', REGISTER_CLIENT_ID],
        ['X-L', 'en'],
        ...names.map((name) => [name, signIn.stateToken] as const),
      ],
    })
    return { httpStatus: reply.httpStatus, text: reply.text }
  }
  for (const name of ['X-state-token', 'x-state-token', 'X-STATE-TOKEN']) {
    expect((await look([name])).httpStatus).toBe(200)
    expect(await look([name, 'x-State-Token'])).toEqual(REFUSED)
  }
})
