import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { prepare } from './prepare.ts'
import { bind, type Call, type Entry, loginByCode, loginWithIdentity, type Refusal } from './sign-ins.ts'
import { openStore } from './store.ts'
import { type Algorithm, openSigner } from './tokens.ts'
import { openWeChat } from './wechat.ts'

/** The floor: `node floor/server.ts DIRECTORY ES256|RS256 WECHAT_URL` */
const [, , directory = '', algorithm = '', weChatUrl = ''] = process.argv
const store = openStore(directory)
const weChat = openWeChat(weChatUrl)
const server = createServer((request, response) => void answer(request, response))
let sign: ReturnType<typeof openSigner>

const works: Readonly<Record<string, (call: Call) => Promise<Entry | Refusal>>> = {
  '/api/v2/sdk/social/bind': (call) => store.commit(() => bind(store, call, false)),
  '/api/v2/sdk/social/register-bind': (call) => store.commit(() => bind(store, call, true)),
  '/api/v2/sdk/login/mobile-verify-code': (call) => store.commit(() => loginByCode(store, call)),
  async '/api/v2/sdk/login/wechat-miniprogram'(call) {
    const openid = await weChat.openidOf(call.body)
    return store.commit(() => loginWithIdentity(store, call, 'wechat', openid))
  },
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const work = works[request.url ?? '']
    if (work === undefined) throw new Error(`no such work: ${request.url}`)
    const call = callOf(request, await bodyOf(request))
    const entry = await work(call)
    if (typeof entry === 'string') return send(response, 400, { error_code: entry, error_msg: entry })
    send(response, 200, {
      session_token: entry.sessionToken,
      expire: 432_000,
      status: 'SUCCESS',
      id_token: sign({ ...entry, clientId: call.clientId }, call.now),
    })
  } catch (error) {
    send(response, 500, { error_code: 'IDAAS.SDK.COMMON.1001', error_msg: String(error) })
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  let text = ''
  request.setEncoding('utf8')
  request.on('data', (chunk: string) => (text += chunk))
  request.once('error', reject)
  request.once('end', () => {
    try {
      resolve(JSON.parse(text))
    } catch (error) {
      reject(error)
    }
  })
  return promise
}

function callOf({ headers, socket }: IncomingMessage, body: unknown): Call {
  const header = (name: string): string => String(headers[name] ?? '')
  return {
    body,
    clientId: header('x-client-id'),
    stateToken: header('x-state-token'),
    device: JSON.stringify({
      operatingSystem: header('x-operating-sys-version'),
      fingerprint: header('x-device-fingerprint'),
      agent: header('x-agent'),
    }),
    ip: socket.remoteAddress ?? '',
    now: Date.now(),
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const bytes = Buffer.from(JSON.stringify(body))
  response.writeHead(status, {
    'x-request-id': '0123456789abcdefghijkl',
    'cache-control': 'no-store',
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes.length,
  })
  response.end(bytes)
}

process.on('message', (message: { id: number; work?: string; count?: number }) => {
  void (async () => {
    const answered = message.work === undefined ? store.counts() : await prepare(store, message)
    process.send?.({ id: message.id, answer: answered })
  })()
})
process.on('SIGTERM', () => process.exit(0))
server.listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  sign = openSigner(algorithm as Algorithm, `${url}/api/v1/oauth2`)
  process.stdout.write(`ready ${url}\n`)
})
