import { expect, test, type TestContext } from 'vitest'
import { startPostgres } from '../server/src/testing/postgres.ts'
import { startServer } from '../server/src/testing/server.ts'
import { emptyDatabase } from '../server/src/testing/test-data.ts'
import { openCountingProxy } from './load/counting-proxy.ts'

/** A server whose statements are counted, and that remembers what operators set. */
async function startCounted(t: TestContext) {
  const postgres = await startPostgres({ isDurable: false })
  t.onTestFinished(() => postgres.remove())
  const data = await emptyDatabase(postgres.url)
  const proxy = await openCountingProxy(String(data.settings.database))
  t.onTestFinished(() => proxy.close())
  const settings = { ...data.settings, database: proxy.url }
  const server = await startServer(t, { data: { ...data, settings } })

  /** @returns how often the server waited for PostgreSQL, at least, in a few goes */
  const roundTripsOf = async (prepare: (go: number) => Promise<() => Promise<unknown>>): Promise<number> => {
    const counts: number[] = []
    for (let go = 0; go < 5; go++) {
      const call = await prepare(go)
      const before = proxy.counts().roundTrips
      await call()
      counts.push(proxy.counts().roundTrips - before)
    }
    // A go may open a connection, or read again what it has forgotten.
    return Math.min(...counts)
  }
  return { server, roundTripsOf }
}

test('a bind waits for PostgreSQL four times, and so does a login of somebody known', async (t) => {
  const { server, roundTripsOf } = await startCounted(t)
  const program = server.miniProgram()
  const mobileOf = (go: number) => String(13_800_138_001 + go)

  const bind = await roundTripsOf(async (go) => {
    const mobile = mobileOf(go)
    await server.addUser({ mobile })
    const signIn = await program.openSignIn(`somebody${go}`)
    await signIn.send(mobile)
    const code = await program.newestCode(mobile)
    return () => signIn.bind(mobile, code)
  })
  const login = await roundTripsOf(async () => () => program.login('somebody0'))

  // The emulated WeChat has a statement of its own.
  expect({ bind, login }).toEqual({ bind: 4, login: 4 + 1 })
  expect(await program.login('somebody0')).toMatchObject({ outcome: 'SUCCESS' })
})
