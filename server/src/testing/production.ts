import { json as readJson } from 'node:stream/consumers'
import { z } from 'zod'
import { saveApplication } from '../applications/index.ts'
import { saveConnection, startWeChatEmulator } from '../connections/index.ts'
import { openDeployment } from '../deployment.ts'
import { demoApplications, demoConnections } from '../development/demo.ts'
import { humanCheckPolicy } from '../human-check/index.ts'
import { saveGateway } from '../messages/index.ts'
import { systemClock } from '../platform/clock.ts'
import { inTransaction } from '../platform/db/index.ts'
import { createUser, parseMobile } from '../users/index.ts'
import { savePolicy } from '../platform/policy/index.ts'
import { sendPolicy } from '../verifications/index.ts'
import { newDirectory } from './data-directory.ts'
import { startOutsideServer } from './outside-server.ts'
import type { SentMessage } from './proof/evidence.ts'
import type { ProcessOptions } from './server-process.ts'
import type { TestData } from './test-data.ts'

/** A deployment for `start`, and an outside world that lives on whatever happens to the server. */
export interface Production {
  readonly data: Pick<TestData, 'settings' | 'process'>
  /** For `startProcess`. */
  readonly args: readonly string[]
  readonly options: ProcessOptions
  /** The newest code that went to a mobile number. */
  codeOf(mobile: string): string | undefined
  /** By client id, as they stand in messages. */
  readonly applicationNames: ReadonlyMap<string, string>
  /** All that the carrier was given, oldest first. */
  readonly messages: readonly SentMessage[]
}

/** What a test of vitest is handed. */
interface RunningTest {
  readonly onTestFinished: (close: () => void | Promise<void>) => void
}

const bridged = z.object({
  to: z.string(),
  /** Notices have none. */
  code: z.string().optional(),
  purpose: z.string(),
  application: z.string(),
})

/**
 * Prepares the two demo applications for production, WeChat and an SMS carrier.
 *
 * @param mobiles each becomes a user who has verified it
 * @param data an empty store; a directory of its own when not given
 * @returns also the ids of these users, in that order
 */
export async function prepareProduction(
  t: RunningTest,
  mobiles: readonly string[],
  data: Production['data'] = inDirectory(newDirectory(t)),
): Promise<Production & { readonly userIds: readonly string[] }> {
  const weChat = await startWeChatEmulator({ clock: systemClock }, async () => demoConnections)
  t.onTestFinished(() => weChat.close())
  const messages: SentMessage[] = []
  const carrier = await startOutsideServer(t, (request, response) => {
    void readJson(request).then((body) => {
      const { code: verifyCode, ...message } = bridged.parse(body)
      if (verifyCode !== undefined) messages.push({ ...message, verifyCode, at: systemClock.now() })
      response.end()
    })
  })
  const userIds = await fill(data, mobiles, carrier.url)

  return {
    data,
    userIds,
    messages,
    applicationNames: new Map(demoApplications.map(({ clientId, name }) => [clientId, name.en])),
    args: ['start', '--log', 'json', '--public-url', 'https://login.example.com'],
    options: { environment: { ...data.process.environment, LIGATURE_WECHAT_API: weChat.apiBase.href } },
    codeOf: (mobile) => messages.findLast(({ to }) => to === `+86${mobile}`)?.verifyCode,
  }
}

function inDirectory(dataDirectory: string): Production['data'] {
  return {
    settings: { dataDirectory, masterKey: undefined },
    process: { environment: { LIGATURE_DATA: dataDirectory } },
  }
}

/** What one machine may have sent to it, in a test that asks for everybody. */
const MUCH = ['100000 per hour']

async function fill(
  { settings }: Production['data'],
  mobiles: readonly string[],
  carrier: URL,
): Promise<string[]> {
  const now = systemClock.now()
  const { db, vault, close } = await openDeployment(settings, 'production', now)
  await savePolicy(db, sendPolicy, {
    per_ip: MUCH,
    per_prefix: MUCH,
    per_application: MUCH,
    per_deployment: MUCH,
  })
  // Everybody comes from one machine here, and none of them is a person.
  await savePolicy(db, humanCheckPolicy, { when: 'never' })
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
