import { expect, test } from 'vitest'
import { hashToken } from '../platform/secrets.ts'
import { startServer } from '../testing/server.ts'
import { REFRESH, SESSION_TOKEN_REFUSED, signedInBody, signIn, withSession } from '../testing/sessions.ts'

const MINUTE = 60_000

test('a session token begins with its time, and of the rest only a hash is stored', async (t) => {
  const server = await startServer(t)
  const tokens = [(await signIn(server)).session_token]
  while (tokens.length < 3) {
    server.clock.advance(1)
    tokens.push(signedInBody.parse((await server.miniProgram().login('alice')).body).session_token)
  }
  expect(tokens.toSorted()).toEqual(tokens)
  expect(new Set(tokens.map((token) => token.slice(7))).size).toBe(3)

  const rows = await server.deployment.db.selectFrom('session').select('token_hash').execute()
  const stored = rows.map((row) => row.token_hash).toSorted()
  expect(stored.map((text) => text.slice(0, 7))).toEqual(tokens.map((token) => token.slice(0, 7)))
  expect(stored.map((text) => text.slice(7))).toEqual(tokens.map(hashToken))
})

const renewing = { application: { session: { lifetimeSeconds: 3600, isRenewed: true } } }

test('a refresh gives the next session token with a full life', async (t) => {
  const server = await startServer(t, renewing)
  const program = server.miniProgram()
  const { session_token: first } = await signIn(server)
  server.clock.advance(50 * MINUTE)

  const renewed = signedInBody.parse((await program.call(REFRESH, withSession(first))).body)
  expect(renewed.session_token).toMatch(/^[A-Za-z0-9]{32}$/)
  expect(renewed.session_token).not.toBe(first)
  expect(renewed.expire).toBe(3600)

  server.clock.advance(50 * MINUTE)
  expect((await program.call(REFRESH, withSession(renewed.session_token))).httpStatus).toBe(200)
})

test('a client that lost the answer is given the same token again, for a minute', async (t) => {
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

test('sixteen simultaneous refreshes are all given the same token', async (t) => {
  const server = await startServer(t, renewing)
  const { session_token: first } = await signIn(server)

  const replies = await Promise.all(
    Array.from({ length: 16 }, () => server.miniProgram().call(REFRESH, withSession(first))),
  )
  expect(replies.every((reply) => reply.httpStatus === 200)).toBe(true)
  expect(new Set(replies.map((reply) => reply.body['session_token'])).size).toBe(1)
  expect(await server.count('session')).toBe(1)
})

test('a session that an earlier version opened goes on', async (t) => {
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

test('a token that was replaced twice is refused', async (t) => {
  const server = await startServer(t, renewing)
  const program = server.miniProgram()
  const { session_token: first } = await signIn(server)
  const second = String((await program.call(REFRESH, withSession(first))).body['session_token'])
  await program.call(REFRESH, withSession(second))

  expect(await program.call(REFRESH, withSession(first))).toMatchObject({ outcome: SESSION_TOKEN_REFUSED })
})
