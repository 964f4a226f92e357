import { json as readJson } from 'node:stream/consumers'
import { z } from 'zod'
import { saveGateway } from '../messages/index.ts'
import { inTransaction } from '../platform/db/index.ts'
import { startOutsideServer } from './outside-server.ts'
import type { TestServer } from './server.ts'

/** What a test of vitest is handed. */
interface RunningTest {
  readonly onTestFinished: (close: () => Promise<void>) => void
}

const bridged = z.object({ to: z.string(), code: z.string().default(''), text: z.string() })

/** An SMS carrier behind its bridge, gone with the test. */
export interface Carrier {
  /** Of a gateway that leads to it. */
  readonly description: Readonly<Record<string, unknown>>
  /** What it was asked to send, oldest first. */
  readonly messages: readonly z.infer<typeof bridged>[]
}

/** @param answer the status that a message is answered with; 204 takes it */
export async function startCarrier(
  t: RunningTest,
  answer: () => number | Promise<number> = () => 204,
): Promise<Carrier> {
  const messages: z.infer<typeof bridged>[] = []
  const { url } = await startOutsideServer(t, (request, response) => {
    void readJson(request)
      .then((body) => messages.push(bridged.parse(body)))
      .then(answer)
      .then((status) => response.writeHead(status).end())
  })
  const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`
  return { description: { kind: 'http-sms', url: url.href, secret }, messages }
}

/** Configures a gateway, new or known, as `ligature apply` does. */
export async function setGateway(
  { deployment: { db, vault } }: Pick<TestServer, 'deployment'>,
  name: string,
  description: Readonly<Record<string, unknown>>,
  rank = 0,
): Promise<void> {
  await inTransaction(db, (tx) => saveGateway(tx, vault, name, description, rank))
}
