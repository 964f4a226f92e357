import { createHash, createHmac } from 'node:crypto'
import { z } from 'zod'
import type { OutboundAnswer } from '../platform/outbound/outbound.ts'
import { secretField } from '../platform/secret-field.ts'
import { checkTencentSms } from './check-tencent-sms.ts'
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

export const tencentSmsSettings = z.strictObject({
  secret_id: secretField(
    'The SecretId of a sub-account that may call sms:SendSms, and sms:DescribeSmsSignList and sms:DescribeSmsTemplateList for the doctor, and nothing else.',
  ),
  secret_key: secretField('The SecretKey of that sub-account.'),
  sdk_app_id: vendorId.describe('The SdkAppId of the application in the SMS console, such as 1400006666.'),
  sign_name: signName
    .optional()
    .describe('The approved signature, without its brackets; needed for Chinese numbers only.'),
  templates: messageTemplates.describe(
    'The approved template for each purpose, or default; one id, or one for zh and one for en.',
  ),
  parameters: orderedParameters.describe(
    'What fills {1}, {2} … of the templates, in this order: code, minutes, application.',
  ),
  region: z
    .string()
    .regex(/^[a-z]{2,}-[a-z\d-]{2,30}$/, 'A region is written as ap-guangzhou')
    .default('ap-guangzhou')
    .describe('The region of the SMS application.'),
  endpoint: endpointField('https://sms.tencentcloudapi.com', 'Where Tencent is asked.'),
})

export type TencentSmsSettings = z.output<typeof tencentSmsSettings>

const NAME = 'tencent sms'
const SERVICE = 'sms'
const ALGORITHM = 'TC3-HMAC-SHA256'
const CONTENT_TYPE = 'application/json'

/**
 * An `InternalError` leaves open what became of the message, save those that speak of the request; the two
 * `FailedOperation` without a reason do as well.
 *
 * @see https://cloud.tencent.com/document/api/382/52075
 */
const CODES: VendorCodes = {
  refusal: new RegExp(
    `^(?:${[
      '(?:AuthFailure|InvalidParameter|InvalidParameterValue|LimitExceeded|MissingParameter|RequestLimitExceeded|UnauthorizedOperation|UnsupportedOperation)(?:\\.\\w*)?',
      'FailedOperation\\.(?!OtherError|ParametersOtherError)\\w+',
      'InternalError\\.(?:JsonParseFail|RequestTimeException|RestApiInterfaceNotExist|SigFieldMissing|SigVerificationFail)',
      'ActionOffline|InvalidAction|InvalidRequest|IpInBlacklist|IpNotInWhitelist|NoSuchProduct|NoSuchVersion',
      'RequestSizeLimitExceeded|UnknownParameter|UnsupportedProtocol|UnsupportedRegion',
    ].join('|')})$`,
  ),
  clock: /^(?:AuthFailure\.SignatureExpire|InternalError\.RequestTimeException)$/,
  doubt: /^(?:FailedOperation|InternalError|ResourceUnavailable)(?:\.\w+)?$/,
}

const answerSchema = z.object({
  Response: z.object({
    Error: z.object({ Code: z.string() }).optional(),
    SendStatusSet: z
      .array(z.object({ Code: z.string() }))
      .length(1)
      .optional(),
  }),
})

/**
 * Tencent Cloud SMS: SendSms of 2021-01-11.
 *
 * @throws {StartError} for settings that cannot be meant
 * @see https://cloud.tencent.com/document/api/382/55981
 */
export function openTencentSmsGateway(deps: GatewayDeps, settings: TencentSmsSettings): Gateway {
  const { secret_id, secret_key } = settings
  checkSecrets(NAME, { secret_id, secret_key })
  const url = openEndpoint(NAME, settings.endpoint)

  const requestFor = (action: string, body: string) => {
    const timestamp = Math.floor(deps.clock.now() / 1000)
    const headers = {
      'content-type': CONTENT_TYPE,
      'x-tc-action': action,
      'x-tc-region': settings.region,
      'x-tc-timestamp': String(timestamp),
      'x-tc-version': '2021-01-11',
      authorization: signTc3({ id: secret_id, secret: secret_key }, { url, timestamp, body }),
    }
    return { url, headers, body }
  }

  return {
    name: NAME,
    channel: 'sms',
    check: () => checkTencentSms(deps.outbound, requestFor, settings),
    canCarry: (message) => templateFor(settings.templates, message) !== undefined,
    async send(message) {
      const template = templateFor(settings.templates, message)
      if (template === undefined) return NO_TEMPLATE
      const body = JSON.stringify(bodyOf(message, template, settings))
      return askVendor(deps.outbound, requestFor('SendSms', body), (answer) => read(answer, message))
    },
  }
}

function bodyOf(message: Message, template: string, settings: TencentSmsSettings) {
  return {
    PhoneNumberSet: [message.to.value.replace('-', '')],
    SmsSdkAppId: settings.sdk_app_id,
    TemplateId: template,
    SignName: settings.sign_name,
    TemplateParamSet: orderedValues(settings.parameters, message),
    SessionContext: message.id,
  }
}

/** The request as a whole can be refused, or the one number in it. */
function read(answer: OutboundAnswer, message: Message): SendOutcome {
  const said = parseAnswer(answerSchema, answer)?.Response
  const code = said?.Error?.Code ?? said?.SendStatusSet?.[0]?.Code
  if (code === undefined) return unreadable(answer)
  if (code !== 'Ok') return outcomeOf(code, CODES, message)
  return answer.status === 200 ? SENT : unreadable(answer)
}

/**
 * Signs a POST to `/`. The host goes in without its port.
 *
 * @param request `timestamp` in seconds
 * @returns the value of `authorization`
 * @see https://cloud.tencent.com/document/api/382/52072
 */
function signTc3(
  key: { readonly id: string; readonly secret: string },
  request: { readonly url: URL; readonly timestamp: number; readonly body: string },
): string {
  const date = new Date(request.timestamp * 1000).toISOString().slice(0, 10)
  const scope = `${date}/${SERVICE}/tc3_request`
  const names = 'content-type;host'
  const canonicalRequest = [
    'POST',
    '/',
    '',
    `content-type:${CONTENT_TYPE}`,
    `host:${request.url.hostname}`,
    '',
    names,
    sha256(request.body),
  ].join('\n')
  const text = [ALGORITHM, request.timestamp, scope, sha256(canonicalRequest)].join('\n')
  const signingKey = hmac(hmac(hmac(`TC3${key.secret}`, date), SERVICE), 'tc3_request')
  const signature = hmac(signingKey, text).toString('hex')
  return `${ALGORITHM} Credential=${key.id}/${scope}, SignedHeaders=${names}, Signature=${signature}`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
