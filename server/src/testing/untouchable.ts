import { expect, type TestContext } from 'vitest'
import { contentsOf } from './contents.ts'
import {
  codeOf,
  type Credentials,
  type Endpoint,
  faultsIn,
  flawsOf,
  getCredentials,
} from './every-endpoint.ts'
import { exchangeRaw, type RawRequest } from './raw-http.ts'
import { startServer, type TestServer } from './server.ts'

/** A call that must be refused. */
export interface BadCall {
  readonly endpoint: Endpoint
  /** What is bad about it. */
  readonly says: string
  readonly request: RawRequest
  /** The codes that the refusal may have; any, when none is named. */
  readonly codes?: readonly string[]
}

/** A server that may refuse and do nothing else. */
export interface Untouchable {
  readonly url: string
  /** Good ones, so that a call is refused for nothing but what is bad about it. */
  readonly credentials: Credentials
  readonly server: TestServer
  readonly before: Awaited<ReturnType<typeof contentsOf>>
}

export async function startUntouchable(t: TestContext): Promise<Untouchable> {
  const server = await startServer(t)
  const credentials = await getCredentials(server)
  return { url: server.url, credentials, server, before: await contentsOf(server.deployment.db) }
}

/** Fails when anything was stored since the start, or when the log tells of a fault of ours. */
export async function expectUntouched({ server, before }: Untouchable): Promise<void> {
  expect(await contentsOf(server.deployment.db)).toEqual(before)
  expect(faultsIn(server.logLines)).toEqual([])
}

/** Sends the calls and fails unless each is refused as it must be, and nothing else came of it. */
export async function expectEachRefused(server: Untouchable, calls: readonly BadCall[]): Promise<void> {
  expect(calls).not.toEqual([])
  const flaws: string[] = []
  for (const { endpoint, says, request, codes } of calls) {
    const reply = await exchangeRaw(server.url, request)
    const code = codeOf(reply)
    const found = [...flawsOf(reply), ...(codes?.includes(code) === false ? [`refused with ${code}`] : [])]
    flaws.push(...found.map((flaw) => `${endpoint.path}, ${says}: ${flaw}`))
  }
  expect(flaws).toEqual([])
  await expectUntouched(server)
}
