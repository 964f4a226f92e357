import { candidatesFor, type CodeMessage, type ConfiguredGateway } from '../../messages/index.ts'
import { type Finding, finding } from '../../platform/finding.ts'
import type { Language } from '../../platform/refusal.ts'
import { printMoney } from '../../platform/text-forms/money.ts'
import type { Channel } from '../../users/index.ts'
import { purposeOf, type SendPolicy } from '../../verifications/index.ts'
import { sendingFindings as found } from './sending-findings.ts'

const LANGUAGES = ['zh', 'en'] as const satisfies readonly Language[]
const TEMPLATES = [
  'bind',
  'register',
  'login',
  'reset_password',
  'change_password',
  'change_address',
  'second_factor',
] as const satisfies readonly CodeMessage['template'][]

/** Looks whether every message that may be asked for has a gateway, as both are configured. */
export function checkSending(
  gateways: readonly ConfiguredGateway[],
  policy: Pick<SendPolicy, 'area_codes' | 'spend_per_day'>,
): readonly Finding[] {
  const trouble = [
    ...aboutChannels(gateways),
    ...aboutAreas(gateways, policy.area_codes),
    ...aboutTemplates(gateways, policy.area_codes),
    ...aboutPrices(gateways, policy.spend_per_day),
  ]
  return trouble.length > 0 ? trouble : [finding(found.served, policy.area_codes.join(', '))]
}

function aboutChannels(gateways: readonly ConfiguredGateway[]): Finding[] {
  const has = (channel: Channel) => gateways.some(({ gateway }) => gateway.channel === channel)
  if (!has('sms') && !has('email')) return [finding(found.noGateway)]
  if (!has('sms')) return [finding(found.noSms)]
  return has('email') ? [] : [finding(found.noEmail)]
}

function aboutAreas(gateways: readonly ConfiguredGateway[], areas: readonly string[]): Finding[] {
  if (!gateways.some(({ gateway }) => gateway.channel === 'sms')) return []
  return areas
    .filter((area) => !isServed(gateways, area))
    .map((area) => finding(found.areaWithoutGateway, area))
}

function isServed(gateways: readonly ConfiguredGateway[], area: string): boolean {
  return gateways.some(
    ({ gateway, areaCodes }) => gateway.channel === 'sms' && (areaCodes?.includes(area) ?? true),
  )
}

/** Each purpose once, with the area codes and languages in which no gateway has a text for it. */
function aboutTemplates(gateways: readonly ConfiguredGateway[], areas: readonly string[]): Finding[] {
  return areas
    .filter((area) => isServed(gateways, area))
    .flatMap((area) =>
      TEMPLATES.flatMap((template) => {
        const missing = LANGUAGES.filter(
          (language) => candidatesFor(gateways, probe(area, template, language)).length === 0,
        )
        const purpose = purposeOf(template, 'sms')
        if (missing.length === 0) return []
        if (missing.length === LANGUAGES.length) return [finding(found.noTemplate, purpose, area)]
        return [finding(found.noTemplateInLanguage, purpose, area, missing.join(', '))]
      }),
    )
}

/** A message that is never sent: gateways tell by it whether they have the means. */
function probe(area: string, template: CodeMessage['template'], language: Language): CodeMessage {
  return {
    id: '',
    to: { channel: 'sms', value: `+${area}-0` },
    template,
    purpose: purposeOf(template, 'sms'),
    verifyCode: '',
    language,
    applicationName: { zh: '', en: '' },
    expiresInSeconds: 0,
    sentAt: 0,
  }
}

function aboutPrices(gateways: readonly ConfiguredGateway[], perDay: SendPolicy['spend_per_day']): Finding[] {
  if (perDay === undefined) return []
  const limit = printMoney(perDay)
  return gateways.flatMap(({ name, price }) => {
    if (price === undefined) return [finding(found.withoutPrice, name, limit)]
    return price.currency === perDay.currency
      ? []
      : [finding(found.otherCurrency, name, price.currency, limit)]
  })
}
