import { expect, test, type TestContext } from 'vitest'
import { openOutboundLane } from '../../platform/outbound/outbound.ts'
import { startServer } from '../../testing/server.ts'
import { checkConnections } from './check-connections.ts'

/** A deployment whose first connection is, or is not, in an open-platform group. */
async function startGrouped(t: TestContext, openPlatform: string | undefined) {
  const server = await startServer(t, { connection: { openPlatform, whenUnbound: 'create' } })
  const { db, vault } = server.deployment
  const outbound = openOutboundLane(10)
  return {
    server,
    async union() {
      const found = await checkConnections({ db, vault, outbound, weChatApi: server.weChat.apiBase })
      return found
        .map(({ finding: { definition, values } }) => [definition.code, ...values].join(' '))
        .find((code) => code.startsWith('connection.union'))
    },
  }
}

test('where no group is named, a unionid is not needed', async (t) => {
  const { union } = await startGrouped(t, undefined)

  expect(await union()).toBe('connection.union_not_needed')
})

test('whether a unionid comes is told by those who have signed in', async (t) => {
  const { server, union } = await startGrouped(t, 'our-account')
  expect(await union()).toBe('connection.union_unknown')

  await server.miniProgram().login('mock:alice?unionid=0')
  expect(await union()).toBe('connection.union_missing')
  server.clock.advance(1_000)
  await server.miniProgram().login('mock:bob')
  expect(await union()).toBe('connection.union_comes 1 2')
  server.clock.advance(1_000)
  await server.miniProgram().login('mock:carol?unionid=0')
  expect(await union()).toBe('connection.union_stopped')
})

test('a sign-in that is still open tells it as well', async (t) => {
  const server = await startServer(t, { connection: { openPlatform: 'our-account' } })
  const { db, vault } = server.deployment
  const deps = { db, vault, outbound: openOutboundLane(10), weChatApi: server.weChat.apiBase }

  await server.miniProgram().openSignIn('alice')

  const codes = (await checkConnections(deps)).map(({ finding: { definition } }) => definition.code)
  expect(codes).toContain('connection.union_came')
})
