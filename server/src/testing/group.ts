import type { TestContext } from 'vitest'
import { type ConnectionDescription, saveConnection, startWeChatEmulator } from '../connections/index.ts'
import type { MiniProgram } from './mini-program.ts'
import {
  demoConnections,
  REGISTER_CLIENT_ID,
  startServer,
  type TestServer,
  type TestServerOptions,
} from './server.ts'
import { standingClock } from './test-clock.ts'

type Changes = Partial<ConnectionDescription>

/**
 * Two mini programs, each with its application and its connection: the first binds, the second binds or
 * registers. At the emulated WeChat both are in one open-platform account, whatever group is configured here.
 */
export interface Group {
  readonly server: TestServer
  readonly first: MiniProgram
  readonly second: MiniProgram
  /** Changes the connections on the running server, as an operator does. */
  configure(first: Changes, second?: Changes): Promise<void>
}

/** @param both set on both connections at the start; the same group, unless told otherwise */
export async function startGroup(
  t: TestContext,
  both: Changes = {},
  server?: TestServerOptions['server'],
): Promise<Group> {
  const oneAccount = async () => demoConnections.map((each) => ({ ...each, openPlatform: 'one account' }))
  const weChat = await startWeChatEmulator({ clock: standingClock() }, oneAccount)
  t.onTestFinished(() => weChat.close())
  const running = await startServer(t, { server: { weChatApi: weChat.apiBase, ...server } })
  const [first, second] = demoConnections
  if (first === undefined || second === undefined) throw new Error('there are no two connections')
  let now = { first, second }
  const configure: Group['configure'] = async (ofFirst, ofSecond = {}) => {
    now = { first: { ...now.first, ...ofFirst }, second: { ...now.second, ...ofSecond } }
    const { db, vault } = running.deployment
    for (const each of [now.first, now.second]) await saveConnection(db, vault, each, running.clock.now())
  }
  const atStart = { openPlatform: 'our group', ...both }
  await configure(atStart, atStart)
  return {
    server: running,
    first: running.miniProgram(),
    second: running.miniProgram({ clientId: REGISTER_CLIENT_ID }),
    configure,
  }
}
