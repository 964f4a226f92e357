import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { OutboundError } from '../platform/outbound/outbound.ts'
import { secretField } from '../platform/secret-field.ts'
import { StartError } from '../platform/start-error.ts'
import { checkReachable } from './check-reachable.ts'
import type { GatewayDeps } from './gateway-kind.ts'
import { isLoopback } from './loopback.ts'
import {
  failed,
  SEND_TIMEOUT_MS,
  SENT,
  unknown,
  isNotice,
  type Message,
  type Gateway,
  type SendOutcome,
} from './message.ts'
import { applicationNameIn, renderSms } from './templates.ts'

export const httpSmsSettings = z.strictObject({
  url: z
    .string()
    .describe('Where the bridge to your carrier is called: https, or plain http to this machine only.'),
  secret: secretField(
    'The secret that requests are signed with, as Standard Webhooks has it: whsec_ and 24 to 64 random bytes in base64.',
  ),
  danger_plaintext: z
    .boolean()
    .optional()
    .describe('Lets codes and numbers cross the network unencrypted, e.g. in a private network. Absent: no.'),
})

export type HttpSmsSettings = z.output<typeof httpSmsSettings>

const SECRET_PREFIX = 'whsec_'

/**
 * Hands a text message to a small HTTP service of the operator's, which bridges to any carrier.
 * The request is signed in the form of Standard Webhooks and sent once.
 *
 * 2xx is sent and 4xx is failed. All else that came after the request left is unknown.
 *
 * @throws {StartError} for settings that cannot be meant
 * @see https://www.standardwebhooks.com: the signature covers `id.timestamp.body`
 */
export function openHttpSmsGateway(deps: GatewayDeps, settings: HttpSmsSettings): Gateway {
  const url = parseUrl(settings)
  const key = parseSecret(settings.secret)

  return {
    name: 'http sms',
    channel: 'sms',
    check: () => checkReachable(deps.outbound, url),
    async send(message) {
      const body = JSON.stringify(bodyOf(message))
      const timestamp = String(Math.floor(deps.clock.now() / 1000))
      const signature = createHmac('sha256', key)
        .update(`${message.id}.${timestamp}.${body}`)
        .digest('base64')
      try {
        const answer = await deps.outbound({
          url,
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'webhook-id': message.id,
            'webhook-timestamp': timestamp,
            'webhook-signature': `v1,${signature}`,
          },
          body,
          timeoutMs: SEND_TIMEOUT_MS,
        })
        return outcomeOf(answer.status)
      } catch (error) {
        if (!(error instanceof OutboundError)) throw error
        return error.neverSent ? failed(error.failure) : unknown(error.failure)
      }
    },
  }
}

function bodyOf(message: Message) {
  return {
    id: message.id,
    to: message.to.value.replace('-', ''),
    channel: 'sms',
    purpose: message.purpose,
    template: message.template,
    language: message.language,
    text: renderSms(message),
    ...(!isNotice(message) && { code: message.verifyCode }),
    application: applicationNameIn(message),
    ...(!isNotice(message) && { expires_in: message.expiresInSeconds }),
  }
}

function outcomeOf(status: number): SendOutcome {
  if (status >= 200 && status < 300) return SENT
  return status >= 400 && status < 500 ? failed(`answer ${status}`) : unknown(`answer ${status}`)
}

/** No message here shows the URL: it may hold a key. */
function parseUrl({ url: text, danger_plaintext: isPlaintextAllowed }: HttpSmsSettings): URL {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new StartError('The SMS gateway needs a url that begins with https://')
  }
  if (url.username !== '' || url.password !== '') {
    throw new StartError(
      'The SMS gateway is not asked for with a user name: its requests are signed with its secret',
    )
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && isPlaintextAllowed !== true) {
    throw new StartError(
      'The SMS gateway must be reached over https://, or its settings must say danger_plaintext: codes would cross the network readable',
    )
  }
  return url
}

function parseSecret(secret: string): Buffer {
  const base64 = secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : ''
  const key = Buffer.from(base64, 'base64')
  if (key.length < 24 || key.length > 64 || key.toString('base64') !== base64) {
    throw new StartError('The secret of the SMS gateway must be whsec_ and 24 to 64 random bytes in base64')
  }
  return key
}
