import { json as readJson } from 'node:stream/consumers'
import { z } from 'zod'
import { saveApplication } from '../applications/index.ts'
import { saveConnection, startWeChatEmulator } from '../connections/index.ts'
import { openDeployment } from '../deployment.ts'
import { demoApplications, demoConnections } from '../development/demo.ts'
import { saveGateway } from '../messages/index.ts'
import { systemClock } from '../platform/clock.ts'
import { inTransaction } from '../platform/db/index.ts'
import { createUser, parseMobile } from '../users/index.ts'
import { newDirectory } from './data-directory.ts'
import { startOutsideServer } from './outside-server.ts'
import type { ProcessOptions } from './server-process.ts'

/** A deployment for `start`, and an outside world that lives on whatever happens to the server. */
export interface Production {
  readonly dataDirectory: string
  /** For `startProcess`. */
  readonly args: readonly string[]
  readonly options: ProcessOptions
  /** The newest code that went to a mobile number. */
  codeOf(mobile: string): string | undefined
}

/** What a test of vitest is handed. */
interface RunningTest {
  readonly onTestFinished: (close: () => void | Promise<void>) => void
}

const bridged = z.object({ to: z.string(), code: z.string() })

/**
 * Prepares the two demo applications for production, WeChat and an SMS carrier.
 *
 * @param mobiles each becomes a user who has verified it
 * @returns also the ids of these users, in that order
 */
export async function prepareProduction(
  t: RunningTest,
  mobiles: readonly string[],
): Promise<Production & { readonly userIds: readonly string[] }> {
  const dataDirectory = newDirectory(t)
  const weChat = await startWeChatEmulator(
    { clock: systemClock },
    demoConnections.map(({ appId, appSecret }) => ({ appId, appSecret })),
  )
  t.onTestFinished(() => weChat.close())
  const codes = new Map<string, string>()
  const carrier = await startOutsideServer(t, (request, response) => {
    void readJson(request).then((body) => {
      const { to, code } = bridged.parse(body)
      codes.set(to, code)
      response.end()
    })
  })
  const userIds = await fill(dataDirectory, mobiles, carrier.url)

  return {
    dataDirectory,
    userIds,
    args: ['start', '--log', 'json', '--data', dataDirectory, '--public-url', 'https://login.example.com'],
    options: {
      environment: {
        LIGATURE_WECHAT_API: weChat.apiBase.href,
      },
    },
    codeOf: (mobile) => codes.get(`+86${mobile}`),
  }
}

async function fill(dataDirectory: string, mobiles: readonly string[], carrier: URL): Promise<string[]> {
  const now = systemClock.now()
  const { db, vault, close } = await openDeployment(
    { dataDirectory, masterKey: undefined },
    'production',
    now,
  )
  for (const application of demoApplications) await saveApplication(db, application, now)
  for (const connection of demoConnections) await saveConnection(db, vault, connection, now)
  const addresses = await Promise.all(mobiles.map(parseMobile))
  const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`
  const bridge = { kind: 'http-sms', url: carrier.href, secret }
  await inTransaction(db, (tx) => saveGateway(tx, vault, 'bridge', bridge, 0))
  const users = await db.transaction().execute(async (tx) => {
    const created: string[] = []
    for (const address of addresses) {
      const user = await createUser(tx, vault, { addresses: [{ address, isVerified: true }] }, now)
      if (typeof user === 'string') throw new Error(user)
      created.push(user.id)
    }
    return created
  })
  await close()
  return users
}
