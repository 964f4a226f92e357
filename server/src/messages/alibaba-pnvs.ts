import { z } from 'zod'
import { secretField } from '../platform/secret-field.ts'
import { areaCodeOf } from '../users/index.ts'
import { askAlibaba } from './alibaba-call.ts'
import { checkReachable } from './check-reachable.ts'
import type { GatewayDeps } from './gateway-kind.ts'
import { failed, type Gateway, isNotice } from './message.ts'
import {
  messageTemplates,
  namedParameters,
  namedValues,
  NO_TEMPLATE,
  templateFor,
} from './message-templates.ts'
import { checkSecrets, endpointField, openEndpoint, signName } from './vendor-settings.ts'

export const alibabaPnvsSettings = z.strictObject({
  access_key_id: secretField(
    'The AccessKey ID of a RAM user who may call dypns:SendSmsVerifyCode and nothing else.',
  ),
  access_key_secret: secretField('The AccessKey secret of that user.'),
  sign_name: signName.describe('One of the signatures that come with the service, without its brackets.'),
  templates: messageTemplates.describe(
    'One of the templates that come with the service (100001 …) for each purpose, or default; their texts are Chinese.',
  ),
  parameters: namedParameters({ code: 'code', min: 'minutes' }).describe(
    'The variables of the templates, and which of code, minutes and application fills each.',
  ),
  endpoint: endpointField('https://dypnsapi.aliyuncs.com', 'Where Alibaba is asked.'),
})

export type AlibabaPnvsSettings = z.output<typeof alibabaPnvsSettings>

const NAME = 'alibaba pnvs'

/**
 * The vendor counts sends to a number as well, a minute apart when not told otherwise. Ours is the count
 * that holds; theirs is shorter, so that a request at the end of our minute is not too early for them.
 */
const VENDOR_INTERVAL_SECONDS = '30'

/**
 * SMS of Alibaba's number verification service, whose signatures and templates need no review:
 * SendSmsVerifyCode of Dypnsapi 2017-05-25, for Chinese numbers only.
 *
 * The code is ours. The service makes one of its own, which only it can check, where a parameter says
 * `##code##`; a code that is written out there is sent as it stands.
 *
 * @throws {StartError} for settings that cannot be meant
 * @see https://help.aliyun.com/zh/pnvs/developer-reference/api-dypnsapi-2017-05-25-sendsmsverifycode
 */
export function openAlibabaPnvsGateway(deps: GatewayDeps, settings: AlibabaPnvsSettings): Gateway {
  const { access_key_id, access_key_secret } = settings
  checkSecrets(NAME, { access_key_id, access_key_secret })
  const endpoint = openEndpoint(NAME, settings.endpoint)
  const key = { id: access_key_id, secret: access_key_secret }

  return {
    name: NAME,
    channel: 'sms',
    check: () => checkReachable(deps.outbound, endpoint),
    canCarry: (message) =>
      !isNotice(message) &&
      areaCodeOf(message.to) === '86' &&
      templateFor(settings.templates, message) !== undefined,
    async send(message) {
      if (isNotice(message)) return failed('the service carries codes only')
      if (areaCodeOf(message.to) !== '86') return failed('not a Chinese number')
      const template = templateFor(settings.templates, message)
      if (template === undefined) return NO_TEMPLATE
      const parameters = {
        CountryCode: '86',
        Interval: VENDOR_INTERVAL_SECONDS,
        OutId: message.id,
        PhoneNumber: message.to.value.replace('+86-', ''),
        SignName: settings.sign_name,
        TemplateCode: template,
        TemplateParam: namedValues(settings.parameters, message),
      }
      return askAlibaba(
        deps,
        { endpoint, key, action: { name: 'SendSmsVerifyCode', version: '2017-05-25', parameters } },
        message,
      )
    },
  }
}
