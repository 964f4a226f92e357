import { z } from 'zod'
import { alibabaPnvsSettings, openAlibabaPnvsGateway } from './alibaba-pnvs.ts'
import { alibabaSmsSettings, openAlibabaSmsGateway } from './alibaba-sms.ts'
import { gatewayKind, type GatewayKind } from './gateway-kind.ts'
import { httpSmsSettings, openHttpSmsGateway } from './http-sms-gateway.ts'
import { huaweiSmsSettings, openHuaweiSmsGateway } from './huawei-sms.ts'
import { openSmtpGateway } from './smtp-gateway.ts'
import { smtpSettings } from './smtp-settings.ts'
import { openTencentSmsGateway, tencentSmsSettings } from './tencent-sms.ts'
import { openTwilioSmsGateway, twilioSmsSettings } from './twilio-sms.ts'

/** Every kind of gateway. A new one is a line here. */
const kinds = [
  gatewayKind('http-sms', 'sms', httpSmsSettings, openHttpSmsGateway),
  gatewayKind('alibaba-sms', 'sms', alibabaSmsSettings, openAlibabaSmsGateway),
  gatewayKind('alibaba-pnvs', 'sms', alibabaPnvsSettings, openAlibabaPnvsGateway),
  gatewayKind('tencent-sms', 'sms', tencentSmsSettings, openTencentSmsGateway),
  gatewayKind('huawei-sms', 'sms', huaweiSmsSettings, openHuaweiSmsGateway),
  gatewayKind('twilio-sms', 'sms', twilioSmsSettings, openTwilioSmsGateway),
  gatewayKind('smtp', 'email', smtpSettings, (_, settings) => openSmtpGateway(settings)),
] as const satisfies readonly GatewayKind[]

const [first, ...others] = kinds

/** A gateway as an operator describes it; its fields are those of the configuration file. */
export const gatewayDescription = z.discriminatedUnion('kind', [
  first.schema,
  ...others.map(({ schema }) => schema),
])

/** @returns `undefined` for one that only another version knows */
export function findGatewayKind(name: string): GatewayKind | undefined {
  return kinds.find(({ kind }) => kind === name)
}
