import type { JSONWebKeySet } from 'jose'
import { expect, test, type TestContext, vi } from 'vitest'
import { z } from 'zod'
import { stageSigningKey } from '../../app.ts'
import { sweep } from '../../housekeeping.ts'
import { saveApplication } from '../../applications/index.ts'
import { openDeployment } from '../../deployment.ts'
import { idTokenOf, keysOf, kidOf, kidsOf, verifies } from '../../testing/published-keys.ts'
import { BIND_CLIENT_ID, demoApplications, type TestServer } from '../../testing/server.ts'
import { onEach } from '../../testing/test-data.ts'
import { startTwo, type TwoInstances } from '../../testing/two-instances.ts'
import { openSigningKeys, type SigningAlgorithm } from '../../tokens/index.ts'

// Some go through hours, minute by minute.
vi.setConfig({ testTimeout: 60_000 })

const SECOND = 1000
const MINUTE = 60 * SECOND
const TOKEN_LIFE = 5 * MINUTE
/** Of the application whose id_tokens live longest. */
const LONGEST_LIFE = 20 * MINUTE

/** The longest id_tokens are the other application's. */
async function startLong(t: TestContext, algorithm: SigningAlgorithm = 'RS256'): Promise<TwoInstances> {
  const scene = await startTwo(t, { algorithm })
  await setLongest(scene.one, LONGEST_LIFE, scene.clock.now())
  return scene
}

/** The second demo application, which nobody signs in to here. */
async function setLongest({ deployment }: TestServer, lifeMs: number, now: number): Promise<void> {
  const application = demoApplications.find(({ clientId }) => clientId !== BIND_CLIENT_ID)
  if (application === undefined) throw new Error('there is no second application')
  const idToken = { ...application.idToken, lifetimeSeconds: lifeMs / SECOND }
  await saveApplication(deployment.db, { ...application, idToken }, now)
}

function stage({ deployment }: TestServer, now: number, algorithm: SigningAlgorithm = 'RS256') {
  return stageSigningKey(deployment.db, deployment.vault, algorithm, now)
}

test.for(['RS256', 'ES256', 'EdDSA'] as const)(
  'through a rotation of %s every id_token verifies against the keys of either instance, all its life',
  async (algorithm, t) => {
    const { clock, one, other } = await startLong(t, algorithm)
    const issued: { idToken: string; at: number }[] = []
    const cached: { keys: JSONWebKeySet; at: number }[] = []
    const signedWith = new Set<string>()
    const failures: string[] = []
    const looked = new Map<string, boolean>()

    for (let minute = 0; minute <= 56; minute++) {
      if (minute === 5) expect(await stage(one, clock.now(), algorithm)).toBe(true)
      const now = clock.now()
      const pairs = await onEach([one, other], (each) => Promise.all([idTokenOf(each), idTokenOf(each)]))
      const idTokens = pairs.flat()
      const sets = await Promise.all([keysOf(one), keysOf(other)])
      for (const idToken of idTokens) {
        issued.push({ idToken, at: now })
        signedWith.add(kidOf(idToken))
      }
      expect(new Set(idTokens.map(kidOf)).size).toBe(1)
      cached.push(...sets.map((keys) => ({ keys, at: now })))

      // Whoever keeps the keys for as long as he may has to find those of a token issued now, too.
      const kept = cached.filter(({ at }) => at > now - 5 * MINUTE)
      for (const { idToken, at } of issued.filter((each) => each.at > now - TOKEN_LIFE)) {
        for (const set of kept) {
          const look = `${idToken} ${set.keys.keys.map(({ kid }) => kid).join(' ')}`
          if (!looked.has(look)) looked.set(look, await verifies(idToken, set.keys, now))
          if (!looked.get(look)) failures.push(`issued at ${at}, looked at ${now} with the keys of ${set.at}`)
        }
      }
      if (minute % 7 === 0) await sweep(one.deployment.db, now)
      clock.advance(MINUTE)
    }

    expect(failures).toEqual([])
    expect(signedWith.size).toBe(2)
    const left = (await keysOf(other)).keys.filter(({ alg }) => alg === algorithm)
    expect(left.map(({ kid }) => kid)).toEqual([[...signedWith][1]])
  },
)

test('a key is published a quarter of an hour before it signs, on each instance from the same moment on', async (t) => {
  const { clock, one, other } = await startLong(t)
  const old = kidOf(await idTokenOf(one))
  await stage(one, clock.now())
  clock.advance(5 * SECOND)

  const kids = await kidsOf(other)
  expect(kids).toHaveLength(2)
  expect(kids[0]).toBe(old)
  clock.advance(15 * MINUTE - 5 * SECOND - 1)
  expect([kidOf(await idTokenOf(one)), kidOf(await idTokenOf(other))]).toEqual([old, old])
  clock.advance(1)
  expect([kidOf(await idTokenOf(one)), kidOf(await idTokenOf(other))]).toEqual([kids[1], kids[1]])
})

test('the old key stays for the longest token life and ten minutes more, its private part only five', async (t) => {
  const { clock, one, other } = await startLong(t)
  const old = kidOf(await idTokenOf(one))
  await stage(one, clock.now())
  clock.advance(15 * MINUTE)
  const hasPrivatePart = async () => {
    await sweep(one.deployment.db, clock.now())
    const rows = one.deployment.db.selectFrom('signing_key').select('private_jwk_sealed')
    return (await rows.where('kid', '=', old).executeTakeFirst())?.private_jwk_sealed !== null
  }

  clock.advance(5 * MINUTE - 1)
  expect(await hasPrivatePart()).toBe(true)
  clock.advance(1)
  expect(await hasPrivatePart()).toBe(false)
  expect(await kidsOf(other)).toContain(old)
  await idTokenOf(one)
  clock.advance(LONGEST_LIFE + 5 * MINUTE - 1)
  await sweep(other.deployment.db, clock.now())
  expect(await kidsOf(other)).toContain(old)
  clock.advance(1)
  await sweep(other.deployment.db, clock.now())
  clock.advance(5 * SECOND)
  expect(await kidsOf(one)).not.toContain(old)
})

test('an instance whose clock is an hour late signs with the new key once the old one cannot', async (t) => {
  const { clock, one } = await startLong(t)
  const old = kidOf(await idTokenOf(one))
  await stage(one, clock.now())
  await sweep(one.deployment.db, clock.now() + 60 * MINUTE)
  clock.advance(5 * SECOND)

  const idToken = await idTokenOf(one)
  expect(kidOf(idToken)).not.toBe(old)
  expect(await verifies(idToken, await keysOf(one), clock.now())).toBe(true)
})

test('tokens issued under settings that were changed meanwhile keep their key for as long as they live', async (t) => {
  const { clock, one } = await startLong(t)
  await setLongest(one, 120 * MINUTE, clock.now())
  const old = kidOf(await idTokenOf(one))
  await stage(one, clock.now())
  clock.advance(14 * MINUTE)
  const changedAt = clock.now()
  await setLongest(one, 5 * MINUTE, changedAt)

  for (const [at, isThere] of [
    [changedAt + 130 * MINUTE - 1, true],
    [changedAt + 130 * MINUTE, false],
  ] as const) {
    clock.advance(at - clock.now())
    await sweep(one.deployment.db, at)
    expect((await kidsOf(one)).includes(old)).toBe(isThere)
    clock.advance(5 * SECOND)
    expect((await kidsOf(one)).includes(old)).toBe(isThere)
    clock.advance(-5 * SECOND)
  }
})

test('the key of an algorithm that an application has left is published until its tokens are over', async (t) => {
  const { clock, one } = await startLong(t, 'ES256')
  const idToken = await idTokenOf(one)
  const [application] = demoApplications
  if (application === undefined) throw new Error('there is no demo application')
  await saveApplication(one.deployment.db, application, clock.now())
  clock.advance(5 * SECOND)

  expect(await kidsOf(one)).toContain(kidOf(idToken))
  clock.advance(15 * MINUTE - 5 * SECOND - 1)
  expect(await kidsOf(one)).toContain(kidOf(idToken))
  clock.advance(1)
  expect(await kidsOf(one)).not.toContain(kidOf(idToken))
})

test('an instance that cannot read the keys signs for five minutes more, and then neither signs nor publishes', async (t) => {
  const { clock, one } = await startLong(t)
  const cutOff = await openDeployment(one.data.settings, 'development', clock.now())
  const keys = await openSigningKeys(cutOff.db, cutOff.vault, clock.now())
  const before = await keys.active('RS256', clock.now())
  await cutOff.close()

  clock.advance(5 * MINUTE - 1)
  expect(await keys.active('RS256', clock.now())).toEqual(before)
  expect(await keys.published(clock.now())).toHaveLength(3)
  clock.advance(1)
  for (const ask of [
    keys.active('RS256', clock.now()),
    keys.published(clock.now()),
    keys.find('', clock.now()),
  ]) {
    await expect(ask).rejects.toThrow('the signing keys could not be read')
  }
})

test('of many who rotate at once one makes the next key, and nobody makes another before its turn', async (t) => {
  const { clock, one, other } = await startLong(t)
  const staged = await onEach([one, other, one, other, one, other], (each) => stage(each, clock.now()))

  expect(staged.filter((isNew) => isNew)).toHaveLength(1)
  clock.advance(15 * MINUTE - 1)
  expect(await stage(other, clock.now())).toBe(false)
  expect((await kidsOf(one)).length).toBe(2)
  clock.advance(1)
  expect(await stage(other, clock.now())).toBe(true)
})

test('only public members are published, each with its use and algorithm', async (t) => {
  const { clock, one } = await startLong(t, 'ES256')
  const [application] = demoApplications
  if (application === undefined) throw new Error('there is no demo application')
  const clientId = 'eddsaClient000000000000000000001'
  const idToken = { algorithm: 'EdDSA', subject: 'user_id', lifetimeSeconds: 300 } as const
  await saveApplication(one.deployment.db, { ...application, clientId, idToken }, clock.now())
  for (const algorithm of ['RS256', 'ES256', 'EdDSA'] as const) await stage(one, clock.now(), algorithm)
  clock.advance(5 * SECOND)

  const members = { RS256: ['e', 'n'], ES256: ['crv', 'x', 'y'], EdDSA: ['crv', 'x'] }
  const { keys } = await keysOf(one)
  expect(keys).toHaveLength(6)
  for (const key of keys) {
    const own = members[z.enum(['RS256', 'ES256', 'EdDSA']).parse(key['alg'])]
    expect(Object.keys(key).toSorted()).toEqual([...own, 'alg', 'kid', 'kty', 'use'].toSorted())
    expect(key['use']).toBe('sig')
  }
})
