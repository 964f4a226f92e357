import { z } from 'zod'
import type { OutboundAnswer } from '../platform/outbound/outbound.ts'
import { secretField } from '../platform/secret-field.ts'
import { checkTwilioSms } from './check-twilio-sms.ts'
import type { GatewayDeps } from './gateway-kind.ts'
import { failed, isNotice, type Message, SENT, type Gateway, type SendOutcome } from './message.ts'
import { renderSms } from './templates.ts'
import { askVendor, outcomeOf, parseAnswer, unreadable, type VendorCodes } from './vendor-call.ts'
import { checkSecrets, endpointField, openEndpoint } from './vendor-settings.ts'

export const twilioSmsSettings = z
  .strictObject({
    account_sid: sid('AC').describe('The SID of the account.'),
    api_key_sid: sid('SK')
      .optional()
      .describe('The SID of an API key, which can be revoked alone; without it the account signs in itself.'),
    secret: secretField('The secret of the API key; without an api_key_sid, the auth token of the account.'),
    messaging_service_sid: sid('MG')
      .optional()
      .describe('The SID of the messaging service that picks the sender; or else from.'),
    from: z
      .string({ error: 'The sender is text: write it in quotes' })
      .regex(
        /^(?:\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z\d ]{1,11})$/,
        'The sender is a number such as "+15005550006", a short code, or a name of up to 11 letters and digits',
      )
      .optional()
      .describe('The number, short code or name that sends; or else messaging_service_sid.'),
    endpoint: endpointField(
      'https://api.twilio.com',
      'Where Twilio is asked; another one for another region.',
    ),
  })
  .refine(
    ({ from, messaging_service_sid }) => (from === undefined) !== (messaging_service_sid === undefined),
    'Name either from or messaging_service_sid',
  )

export type TwilioSmsSettings = z.output<typeof twilioSmsSettings>

const NAME = 'twilio sms'
const MAX_VALIDITY_SECONDS = 36_000

/** Twilio changes which code it gives for what, so only that there is one counts. */
const CODES: VendorCodes = { refusal: /^\d{5}$/ }

const createdSchema = z.object({
  sid: z.string().min(1),
  status: z.string(),
  error_code: z.int().min(10_000).max(99_999).nullish().catch(null),
})
const refusedSchema = z.object({ code: z.int() })

const ON_ITS_WAY = ['accepted', 'scheduled', 'queued', 'sending', 'sent', 'delivered', 'read']
const NOT_SENT = ['failed', 'undelivered', 'canceled']

/**
 * Twilio: the Messages resource of 2010-04-01. The text is our own.
 *
 * @throws {StartError} for settings that cannot be meant
 * @see https://www.twilio.com/docs/messaging/api/message-resource
 */
export function openTwilioSmsGateway(deps: GatewayDeps, settings: TwilioSmsSettings): Gateway {
  const { account_sid, api_key_sid, secret } = settings
  checkSecrets(NAME, { secret })
  const endpoint = openEndpoint(NAME, settings.endpoint)
  const url = new URL(`/2010-04-01/Accounts/${account_sid}/Messages.json`, endpoint)
  const credentials = Buffer.from(`${api_key_sid ?? account_sid}:${secret}`).toString('base64')

  return {
    name: NAME,
    channel: 'sms',
    check: () => checkTwilioSms(deps.outbound, { endpoint, credentials }, settings),
    async send(message) {
      const headers = {
        accept: 'application/json',
        authorization: `Basic ${credentials}`,
        'content-type': 'application/x-www-form-urlencoded',
      }
      const body = bodyOf(message, settings)
      return askVendor(deps.outbound, { url, headers, body }, (answer) => read(answer, message))
    },
  }
}

/** A message that waits at Twilio until its code has expired is dropped there. */
function bodyOf(message: Message, settings: TwilioSmsSettings): string {
  const { from, messaging_service_sid } = settings
  return new URLSearchParams({
    To: message.to.value.replace('-', ''),
    ...(messaging_service_sid !== undefined && { MessagingServiceSid: messaging_service_sid }),
    ...(from !== undefined && { From: from }),
    Body: renderSms(message),
    ValidityPeriod: String(validitySecondsOf(message)),
  }).toString()
}

/** A notice is worth reading however late it comes. */
function validitySecondsOf(message: Message): number {
  if (isNotice(message)) return MAX_VALIDITY_SECONDS
  return Math.min(Math.max(message.expiresInSeconds, 1), MAX_VALIDITY_SECONDS)
}

function read(answer: OutboundAnswer, message: Message): SendOutcome {
  if (answer.status >= 400) {
    const refused = parseAnswer(refusedSchema, answer)
    return refused === undefined ? unreadable(answer) : outcomeOf(String(refused.code), CODES, message)
  }
  const created = parseAnswer(createdSchema, answer)
  if (created === undefined) return unreadable(answer)
  if (ON_ITS_WAY.includes(created.status)) return SENT
  if (!NOT_SENT.includes(created.status)) return unreadable(answer)
  return failed(`${created.status} ${created.error_code ?? ''}`.trim())
}

function sid(prefix: string) {
  return z
    .string()
    .regex(new RegExp(`^${prefix}[\\da-fA-F]{32}$`), `Begins with ${prefix}, then 32 characters`)
}
