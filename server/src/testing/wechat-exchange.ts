import { inspect } from 'node:util'
import { expect, type TestContext } from 'vitest'
import { startWeChatEmulator } from '../connections/emulator/wechat.ts'
import { exchangeWxLoginCode } from '../connections/wechat-mini-program/exchange-wx-login-code.ts'
import { openOutboundLane, type Outbound } from '../platform/outbound/outbound.ts'
import { Refusal } from '../platform/refusal.ts'
import { startOutsideServer } from './outside-server.ts'

export const SHOP = { appId: 'wx0000000000000001', appSecret: 'shop-secret', openPlatform: 'acme' }
export const CODE = 'code-from-wx-login'
const SESSION_KEY = 'iTnI15CLymAVnTBcDo3f0w=='
export const PERSON = { openid: 'olHiI4quDueG0ycjhIRLcVmoXHfg', session_key: SESSION_KEY }

/** Exchanges at a server with the shop's credentials, or those given. */
export function exchangeAt(
  apiBase: URL,
  wxLoginCode = CODE,
  {
    outbound = openOutboundLane(100),
    ...credentials
  }: { outbound?: Outbound; appId?: string; appSecret?: string } = {},
) {
  return exchangeWxLoginCode({ outbound }, { apiBase, ...SHOP, ...credentials }, wxLoginCode)
}

/** The refusal of an exchange, after making sure that it gives nothing away. */
export async function refusalOf(exchange: Promise<unknown>): Promise<Refusal> {
  const error: unknown = await exchange.then(
    (person) => new Error(`somebody signed in: ${inspect(person)}`),
    (reason: unknown) => reason,
  )
  if (!(error instanceof Refusal)) throw error
  const everything = inspect(error, { depth: Infinity, showHidden: true })
  for (const secret of [SHOP.appSecret, CODE, SESSION_KEY, '127.0.0.1', 'jscode2session', PERSON.openid]) {
    expect(everything).not.toContain(secret)
  }
  expect(error.cause).toBeUndefined()
  return error
}

/** WeChat with the shop as its mini program. */
export async function startEmulator(t: TestContext, now = () => 0) {
  const emulator = await startWeChatEmulator({ clock: { now } }, async () => [SHOP])
  t.onTestFinished(() => emulator.close())
  return emulator
}

/** A server that gives this text to every call. */
export function startAnswering(t: TestContext, text: string, status = 200) {
  return startOutsideServer(t, (_, response) => {
    response.writeHead(status, { 'content-type': 'text/plain' }).end(text)
  })
}
