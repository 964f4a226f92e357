import type { TestContext } from 'vitest'
import { demoApplications } from '../development/demo.ts'
import { importUsers } from '../operators/index.ts'
import type { SigningAlgorithm } from '../tokens/index.ts'
import { setGateway } from './carriers.ts'
import { makeDataWithTables } from './data-with-tables.ts'
import { startServer, type TestServer } from './server.ts'
import { signedIn } from './signed-in.ts'
import { standingClock, type TestClock } from './test-clock.ts'

export interface TwoInstances {
  readonly clock: TestClock
  readonly one: TestServer
  readonly other: TestServer
}

/**
 * Two instances on one store, with one clock. Everything that is sealed has a row, and alice is bound: each of her
 * logins is answered with an id_token.
 *
 * @param options `algorithm`: of the first demo application; `people`: how many users there are besides
 */
export async function startTwo(
  t: TestContext,
  { algorithm = 'RS256', people = 0 }: { algorithm?: SigningAlgorithm; people?: number } = {},
): Promise<TwoInstances> {
  const data = await makeDataWithTables()
  const clock = standingClock()
  const idToken = {
    ...demoApplications[0]?.idToken,
    algorithm,
    subject: 'user_id',
    lifetimeSeconds: 300,
  } as const
  const options = {
    data,
    clock,
    application: { idToken },
    server: { publicUrl: () => 'https://id.example.com' },
  }
  const one = await startServer(t, options)
  const other = await startServer(t, options)
  t.onTestFinished(() => data.remove())

  await importUsers(one.deployment, mobileUsers(people), clock.now())
  const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`
  await setGateway(one, 'bridge', { kind: 'http-sms', url: 'https://sms-bridge.example.com/send', secret })
  const pending = await one.miniProgram().openSignIn('alice')
  await pending.send('11012345678')
  const alice = signedIn(one.miniProgram(), await pending.bind('11012345678', '232326'))
  await alice.updateProfile({ industry: 'Shipping' })
  // By the phone button, for which WeChat's access token is kept.
  await one
    .miniProgram()
    .call('login/wechat-mini-program-mobile', { body: { code: 'mock:alice?phone=11012345678' } })
  return { clock, one, other }
}

/** Lines to import: users who have verified the mobile numbers from 13800000000 on. */
export async function* mobileUsers(people: number): AsyncGenerator<string> {
  for (let number = 0; number < people; number++) {
    yield JSON.stringify({ mobile: { value: String(13_800_000_000 + number), verified: true } })
  }
}
