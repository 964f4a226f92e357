import { describe, expect, test } from 'vitest'
import { replaceSigningKeys, stageSigningKey } from '../../app.ts'
import { idTokenOf, keysOf, kidOf, kidsOf, verifies } from '../../testing/published-keys.ts'
import { startServer, type TestServer } from '../../testing/server.ts'
import { onEach } from '../../testing/test-data.ts'
import { startTwo } from '../../testing/two-instances.ts'

const SECOND = 1000

describe('after a key was stolen', () => {
  const replace = ({ deployment }: TestServer, now: number) =>
    replaceSigningKeys(deployment.db, deployment.vault, 'RS256', now)
  const logout = (server: TestServer, idToken: string) =>
    server.miniProgram().call('logout', { method: 'GET', headers: { Authorization: `Bearer ${idToken}` } })

  test('a new one signs at once, and what the old ones signed is refused', async (t) => {
    const { clock, one, other } = await startTwo(t)
    const stolen = await idTokenOf(one)
    await stageSigningKey(one.deployment.db, one.deployment.vault, 'RS256', clock.now())
    await onEach([one, other], (server) => replace(server, clock.now()))
    clock.advance(5 * SECOND)

    expect(await kidsOf(one)).toHaveLength(1)
    const fresh = await idTokenOf(other)
    expect(await verifies(stolen, await keysOf(one), clock.now())).toBe(false)
    expect(await verifies(fresh, await keysOf(one), clock.now())).toBe(true)
    expect(await logout(other, stolen)).toMatchObject({ outcome: 'IDAAS.SDK.PARAM.0016' })
    expect(await logout(other, fresh)).toMatchObject({ httpStatus: 200 })
  })

  test('an instance that does not know a key looks again, once a second and no more', async (t) => {
    const { clock, one, other } = await startTwo(t)
    await replace(one, clock.now())
    clock.advance(5 * SECOND)
    const first = await idTokenOf(one)
    await idTokenOf(other)
    await replace(one, clock.now())
    clock.advance(SECOND - 1)
    // One that starts now has the newest key at once.
    const third = await startServer(t, {
      data: one.data,
      clock,
      server: { publicUrl: () => 'https://id.example.com' },
    })
    const second = await idTokenOf(third)
    expect(kidOf(second)).not.toBe(kidOf(first))
    expect(await logout(other, second)).toMatchObject({ outcome: 'IDAAS.SDK.PARAM.0016' })
    clock.advance(1)
    expect(await logout(other, second)).toMatchObject({ httpStatus: 200 })
  })
})
