import { Agent, get } from 'node:http'
import { json } from 'node:stream/consumers'
import { z } from 'zod'

const loginBody = z.object({ code: z.string().min(1) })
const answerSchema = z.object({ openid: z.string().min(1) })

/** Asks WeChat whose a code is, over connections that are kept. */
export function openWeChat(apiBase: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 100 })
  return {
    async openidOf(body: unknown): Promise<string> {
      const { code } = loginBody.parse(body)
      const query = `appid=wx0000000000000001&secret=secret&js_code=${encodeURIComponent(code)}`
      const url = `${apiBase}/sns/jscode2session?${query}&grant_type=authorization_code`
      const { promise, resolve, reject } = Promise.withResolvers<unknown>()
      get(url, { agent }, (response) => void json(response).then(resolve, reject)).on('error', reject)
      return answerSchema.parse(await promise).openid
    },
  }
}
