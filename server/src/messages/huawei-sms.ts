import { createHash, createHmac } from 'node:crypto'
import { z } from 'zod'
import type { OutboundAnswer } from '../platform/outbound/outbound.ts'
import { secretField } from '../platform/secret-field.ts'
import { checkReachable } from './check-reachable.ts'
import type { GatewayDeps } from './gateway-kind.ts'
import { SENT, type Message, type Gateway, type SendOutcome } from './message.ts'
import {
  messageTemplates,
  NO_TEMPLATE,
  orderedParameters,
  orderedValues,
  templateFor,
  vendorId,
} from './message-templates.ts'
import { askVendor, outcomeOf, parseAnswer, unreadable, type VendorCodes } from './vendor-call.ts'
import { checkSecrets, endpointField, openEndpoint, signName } from './vendor-settings.ts'

export const huaweiSmsSettings = z.strictObject({
  app_key: secretField('The Application Key of the SMS application.'),
  app_secret: secretField('The Application Secret of the SMS application.'),
  sender: vendorId.describe('The channel number of the signature, such as 8823040504797.'),
  sign_name: signName
    .optional()
    .describe('The approved signature, without its brackets; needed with templates of the universal kind.'),
  templates: messageTemplates.describe(
    'The approved template for each purpose, or default; one id, or one for zh and one for en.',
  ),
  parameters: orderedParameters.describe(
    'What fills the places of the templates, in their order: code, minutes, application.',
  ),
  endpoint: endpointField(
    'https://smsapi.cn-north-4.myhuaweicloud.com',
    'The application access address, as the console shows it.',
  ),
})

export type HuaweiSmsSettings = z.output<typeof huaweiSmsSettings>

const NAME = 'huawei sms'
const ALGORITHM = 'SDK-HMAC-SHA256'
const SUCCESS = '000000'

/**
 * `E000000` is a system error; all others of its kind, and every `E200…` that stands for the one number, say
 * what is wrong with the request. `APIGW.` is the gateway before the service, whose second digit says whether
 * the API (1) or the credentials (3) were refused.
 *
 * @see https://support.huaweicloud.com/api-msgsms/sms_05_0050.html
 */
const CODES: VendorCodes = {
  refusal: /^(?:E000(?!000)\d{3}|E200\d{3}|APIGW?\.0[13]\d{2})$/,
  clock: /^E000110$/,
  doubt: /^(?:E\d{6}|APIGW?\.\d{4})$/,
}

const answerSchema = z.union([
  z.object({
    code: z.string(),
    result: z
      .array(z.object({ status: z.string() }))
      .length(1)
      .optional(),
  }),
  z
    .object({ error_code: z.string() })
    .transform(({ error_code }) => ({ code: error_code, result: undefined })),
])

/**
 * Huawei Cloud SMS: batchSendSms, version 1.
 *
 * Of the two ways in which the service can be asked, the one by signature (SDK-HMAC-SHA256, with the
 * application's key and secret) and not X-WSSE: the vendor recommends it, its signature covers number and
 * code, and it is good for fifteen minutes instead of a day.
 *
 * @throws {StartError} for settings that cannot be meant
 * @see https://support.huaweicloud.com/api-msgsms/sms_05_0001.html and sms_05_0046.html
 */
export function openHuaweiSmsGateway(deps: GatewayDeps, settings: HuaweiSmsSettings): Gateway {
  const { app_key, app_secret } = settings
  checkSecrets(NAME, { app_key, app_secret })
  const url = new URL('/sms/batchSendSms/v1', openEndpoint(NAME, settings.endpoint))

  return {
    name: NAME,
    channel: 'sms',
    check: () => checkReachable(deps.outbound, url),
    canCarry: (message) => templateFor(settings.templates, message) !== undefined,
    async send(message) {
      const template = templateFor(settings.templates, message)
      if (template === undefined) return NO_TEMPLATE
      const body = bodyOf(message, template, settings)
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        'x-sdk-date': new Date(deps.clock.now()).toISOString().replace(/[-:]|\.\d+/g, ''),
      }
      const authorization = signSdkHmac(
        { id: app_key, secret: app_secret },
        { url, headers: { ...headers, host: url.host }, body },
      )
      return askVendor(deps.outbound, { url, headers: { ...headers, authorization }, body }, (answer) =>
        read(answer, message),
      )
    },
  }
}

function bodyOf(message: Message, template: string, settings: HuaweiSmsSettings): string {
  return new URLSearchParams({
    from: settings.sender,
    to: message.to.value.replace('-', ''),
    templateId: template,
    templateParas: JSON.stringify(orderedValues(settings.parameters, message)),
    ...(settings.sign_name !== undefined && { signature: settings.sign_name }),
  }).toString()
}

/** What became of the one number says more than the code of the whole request. */
function read(answer: OutboundAnswer, message: Message): SendOutcome {
  const said = parseAnswer(answerSchema, answer)
  if (said === undefined) return unreadable(answer)
  const status = said.result?.[0]?.status
  if (status !== undefined && status !== SUCCESS) return outcomeOf(status, CODES, message)
  if (said.code !== SUCCESS) return outcomeOf(said.code, CODES, message)
  return status === SUCCESS && answer.status === 200 ? SENT : unreadable(answer)
}

/**
 * Signs a POST without a query.
 *
 * @param request `headers` in lower case; all of them are signed
 * @returns the value of `authorization`
 * @see https://support.huaweicloud.com/devg-apisign/api-sign-algorithm.html
 */
export function signSdkHmac(
  key: { readonly id: string; readonly secret: string },
  request: {
    readonly url: URL
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
  },
): string {
  const signed = Object.entries(request.headers).toSorted(([one], [other]) => (one < other ? -1 : 1))
  const names = signed.map(([name]) => name).join(';')
  const canonicalRequest = [
    'POST',
    `${request.url.pathname}/`,
    '',
    ...signed.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    sha256(request.body),
  ].join('\n')
  const text = [ALGORITHM, request.headers['x-sdk-date'], sha256(canonicalRequest)].join('\n')
  const signature = createHmac('sha256', key.secret).update(text).digest('hex')
  return `${ALGORITHM} Access=${key.id}, SignedHeaders=${names}, Signature=${signature}`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
