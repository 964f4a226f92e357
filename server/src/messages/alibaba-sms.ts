import { z } from 'zod'
import { secretField } from '../platform/secret-field.ts'
import { areaCodeOf, type Address } from '../users/index.ts'
import { askAlibaba } from './alibaba-call.ts'
import { checkAlibabaSms } from './check-alibaba-sms.ts'
import type { GatewayDeps } from './gateway-kind.ts'
import type { Gateway } from './message.ts'
import {
  messageTemplates,
  namedParameters,
  namedValues,
  NO_TEMPLATE,
  templateFor,
} from './message-templates.ts'
import { checkSecrets, endpointField, openEndpoint, signName } from './vendor-settings.ts'

export const alibabaSmsSettings = z.strictObject({
  access_key_id: secretField(
    'The AccessKey ID of a RAM user who may call dysms:SendSms, and dysms:QuerySmsSignList and dysms:QuerySmsTemplateList for the doctor, and nothing else.',
  ),
  access_key_secret: secretField('The AccessKey secret of that user.'),
  sign_name: signName.describe('The approved signature, without its brackets.'),
  templates: messageTemplates.describe(
    'The approved template (SMS_…) for each purpose, or default; one id, or one for zh and one for en.',
  ),
  parameters: namedParameters({ code: 'code' }).describe(
    'The variables of the templates, and which of code, minutes and application fills each.',
  ),
  endpoint: endpointField(
    'https://dysmsapi.aliyuncs.com',
    'Where Alibaba is asked; https://dysmsapi.ap-southeast-1.aliyuncs.com for the international site.',
  ),
})

export type AlibabaSmsSettings = z.output<typeof alibabaSmsSettings>

const NAME = 'alibaba sms'

/**
 * Alibaba Cloud SMS: SendSms of Dysmsapi 2017-05-25.
 *
 * @throws {StartError} for settings that cannot be meant
 * @see https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-sendsms
 */
export function openAlibabaSmsGateway(deps: GatewayDeps, settings: AlibabaSmsSettings): Gateway {
  const { access_key_id, access_key_secret } = settings
  checkSecrets(NAME, { access_key_id, access_key_secret })
  const endpoint = openEndpoint(NAME, settings.endpoint)
  const key = { id: access_key_id, secret: access_key_secret }

  return {
    name: NAME,
    channel: 'sms',
    check: () => checkAlibabaSms(deps, { endpoint, key }, settings),
    canCarry: (message) => templateFor(settings.templates, message) !== undefined,
    async send(message) {
      const template = templateFor(settings.templates, message)
      if (template === undefined) return NO_TEMPLATE
      const parameters = {
        OutId: message.id,
        PhoneNumbers: phoneNumber(message.to),
        SignName: settings.sign_name,
        TemplateCode: template,
        TemplateParam: namedValues(settings.parameters, message),
      }
      return askAlibaba(
        deps,
        { endpoint, key, action: { name: 'SendSms', version: '2017-05-25', parameters } },
        message,
      )
    },
  }
}

/** A Chinese number stands alone, any other one behind its area code, without a plus. */
function phoneNumber(to: Address): string {
  return to.value.replace(areaCodeOf(to) === '86' ? '+86-' : '+', '').replace('-', '')
}
