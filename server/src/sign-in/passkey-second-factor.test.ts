import { expect, test } from 'vitest'
import {
  acceptPasskey,
  assertionResponse,
  checkPasskeyAssertion,
  startPasskeyAssertion,
} from '../credentials/index.ts'
import { inTransaction } from '../platform/db/index.ts'
import { enrolled, logInWith, PASSKEY_REFUSED } from '../testing/passkeys.ts'
import { BIND_CLIENT_ID, REGISTER_CLIENT_ID, startServer, type TestServer } from '../testing/server.ts'

const FIVE_MINUTES_MS = 5 * 60_000

/** A sign-in of a user that waits for his passkey. */
function waiting(userId: string, signInId = 'first', clientId = BIND_CLIENT_ID) {
  return { purpose: 'second_factor', clientId, userId, signInId } as const
}

function openPasskeys({ deployment, url, clock }: TestServer) {
  const deps = { ...deployment, publicUrl: () => url }
  type Ceremony = Parameters<typeof startPasskeyAssertion>[1]
  return {
    ask: (ceremony: Ceremony) => startPasskeyAssertion(deps, ceremony, clock.now()),
    check: (ceremony: Ceremony, response: unknown) =>
      checkPasskeyAssertion(deps, { ...ceremony, response: assertionResponse.parse(response) }, clock.now()),
  }
}

test('a passkey is the second factor of the user and the sign-in that it was asked for, once', async (t) => {
  const server = await startServer(t)
  const { user, key, id } = await enrolled(server)
  const { ask, check } = openPasskeys(server)
  const options = await ask(waiting(user.userId))
  expect(options.allowCredentials).toEqual([
    { id: key.credentialId, type: 'public-key', transports: ['internal'] },
  ])
  const response = key.get(options, { userHandle: null })

  for (const other of [
    waiting(user.userId, 'second'),
    waiting(user.userId, 'first', REGISTER_CLIENT_ID),
    waiting('somebody else'),
    { purpose: 'sign_in', clientId: BIND_CLIENT_ID } as const,
  ]) {
    expect(await check(other, response)).toMatchObject({ isRight: false })
  }
  expect(await logInWith(server.miniProgram(), response)).toMatchObject({ outcome: PASSKEY_REFUSED })

  const checked = await check(waiting(user.userId), response)
  expect(checked).toMatchObject({
    isRight: true,
    userId: user.userId,
    passkeyId: id,
    userVerified: true,
  })
  expect(await check(waiting(user.userId), response)).toMatchObject({ isRight: false })
})

test('it is asked for five minutes, and a challenge to sign in is none of it', async (t) => {
  const server = await startServer(t)
  const { user, key } = await enrolled(server)
  const { ask, check } = openPasskeys(server)
  const [inTime, late] = [await ask(waiting(user.userId)), await ask(waiting(user.userId))]
  const anybody = await ask({ purpose: 'sign_in', clientId: BIND_CLIENT_ID })

  expect(await check(waiting(user.userId), key.get(anybody))).toMatchObject({ isRight: false })
  server.clock.advance(FIVE_MINUTES_MS - 1)
  expect(await check(waiting(user.userId), key.get(inTime))).toMatchObject({ isRight: true })
  server.clock.advance(1)
  expect(await check(waiting(user.userId), key.get(late))).toMatchObject({ isRight: false })
})

test('the passkey of another user is not his second factor', async (t) => {
  const server = await startServer(t)
  const { key } = await enrolled(server)
  const bob = await server.addUser({ mobile: '13800138000' })
  const { ask, check } = openPasskeys(server)

  const response = key.get(await ask(waiting(bob.id)))

  expect(await check(waiting(bob.id), response)).toMatchObject({
    isRight: false,
    because: 'the passkey of another user',
  })
})

test('what was removed between the signature and the end of the sign-in is not accepted', async (t) => {
  const server = await startServer(t)
  const { user, key } = await enrolled(server)
  const { ask, check } = openPasskeys(server)
  const { db } = server.deployment
  const checked = await check(waiting(user.userId), key.get(await ask(waiting(user.userId))))
  if (!checked.isRight) throw new Error(checked.because)
  await db.deleteFrom('passkey').execute()

  const by = { clientId: BIND_CLIENT_ID, signInId: 'first', ip: '127.0.0.1' }
  const doubt = await inTransaction(db, (tx) => acceptPasskey(tx, checked, by, server.clock.now()))

  expect(doubt).toBe('it was removed meanwhile')
})
