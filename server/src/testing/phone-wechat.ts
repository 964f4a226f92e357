import type { ServerResponse } from 'node:http'
import { json as readJson } from 'node:stream/consumers'
import { z } from 'zod'
import { demoConnections } from '../development/demo.ts'
import { startOutsideServer } from './outside-server.ts'
import { TEST_MORNING } from './test-clock.ts'

type RunningTest = Parameters<typeof startOutsideServer>[0]

/** How a stand-in for WeChat answers the two calls of the phone button; `call` counts from 1. */
export interface PhoneScript {
  token?(response: ServerResponse, call: number): void
  phone?(
    response: ServerResponse,
    asked: { readonly token: string; readonly code: string },
    call: number,
  ): void
}

export interface PhoneWeChat {
  readonly url: URL
  readonly tokenCalls: number
  readonly phoneCalls: number
  /** How many phone calls were unanswered at one time, at most. */
  readonly phonePeak: number
}

const phoneBody = z.object({ code: z.string() })

export function tell(response: ServerResponse, answer: unknown): void {
  response.writeHead(200, { 'content-type': 'text/plain' }).end(JSON.stringify(answer))
}

/** WeChat's answer with zhangsan's number; what is given replaces parts of it. */
export function phoneAnswer(changes: { phone_info?: object; watermark?: object } = {}) {
  return {
    errcode: 0,
    errmsg: 'ok',
    phone_info: {
      phoneNumber: '11012345678',
      purePhoneNumber: '11012345678',
      countryCode: '86',
      watermark: {
        timestamp: TEST_MORNING / 1_000,
        appid: demoConnections[0]?.appId ?? '',
        ...changes.watermark,
      },
      ...changes.phone_info,
    },
  }
}

/**
 * Unless told otherwise it lends `token-1`, `token-2` … for two hours, each phone code is zhangsan's, and
 * everybody may log in.
 */
export async function startPhoneWeChat(t: RunningTest, script: PhoneScript = {}): Promise<PhoneWeChat> {
  let tokenCalls = 0
  let phoneCalls = 0
  let unanswered = 0
  let phonePeak = 0
  const server = await startOutsideServer(t, (request, response) => {
    const url = new URL(request.url ?? '', 'http://we.chat')
    if (url.pathname.endsWith('/cgi-bin/stable_token')) {
      tokenCalls += 1
      if (script.token !== undefined) return script.token(response, tokenCalls)
      return tell(response, { access_token: `token-${tokenCalls}`, expires_in: 7_200 })
    }
    const jsCode = url.searchParams.get('js_code')
    if (jsCode !== null)
      return tell(response, { openid: `o-${jsCode.replace(/^mock:/, '')}`, session_key: '' })
    phoneCalls += 1
    const call = phoneCalls
    unanswered += 1
    phonePeak = Math.max(phonePeak, unanswered)
    response.once('close', () => {
      unanswered -= 1
    })
    void readJson(request).then((body) => {
      const asked = { token: url.searchParams.get('access_token') ?? '', code: phoneBody.parse(body).code }
      if (script.phone === undefined) tell(response, phoneAnswer())
      else script.phone(response, asked, call)
    })
  })
  return {
    url: server.url,
    get tokenCalls() {
      return tokenCalls
    },
    get phoneCalls() {
      return phoneCalls
    },
    get phonePeak() {
      return phonePeak
    },
  }
}
