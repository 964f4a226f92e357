import { CHECK_WITHIN_MS, type Finding, finding } from '../../platform/finding.ts'
import type { Outbound } from '../../platform/outbound/outbound.ts'
import { connectionFindings as found } from '../findings.ts'
import { connectionRefusals } from '../refusals.ts'
import type { WeChatOutcome, WeChatServer } from './call-wechat.ts'
import { openDeadline } from './deadline.ts'
import { askForToken } from './fetch-access-token.ts'
import { askForNumber } from './get-phone-number.ts'

/** Has the form of a code of the phone button, and stands for nobody's number. */
const NOBODYS_CODE = '0'.repeat(64)

const IP_NOT_CONFIRMED = [89501, 89503, 89506, 89507]
const WITHOUT_PERMISSION = [48001, 48004]

/** What of a connection can be looked at from here. */
export interface CheckedConnection {
  readonly appId: string
  readonly appSecret: string
  readonly hasPhoneButton: boolean
}

/**
 * Asks WeChat whether it takes the credentials of a mini program, and, where the phone button is on, whether
 * the mini program may use it. Nothing changes there: the access token is the one that everybody has, and a
 * code that stands for nothing costs nothing.
 */
export async function checkWeChat(
  deps: { readonly outbound: Outbound; readonly weChatApi: URL },
  connection: CheckedConnection,
): Promise<readonly Finding[]> {
  const server = {
    apiBase: deps.weChatApi,
    outbound: (request) => deps.outbound({ ...request, connectTimeoutMs: request.timeoutMs }),
  } satisfies WeChatServer
  const token = await askForToken(server, connection, openDeadline(CHECK_WITHIN_MS))
  if ('refusal' in token) {
    const why = aboutCredentials(token)
    const isPhoneUnclear = connection.hasPhoneButton
    return isPhoneUnclear ? [why, finding(found.phoneUnclear, becauseOf(token))] : [why]
  }
  const right = finding(found.credentialsRight)
  if (!connection.hasPhoneButton) return [right]
  const deadline = openDeadline(CHECK_WITHIN_MS)
  const phone = await askForNumber(server, token.content.accessToken, NOBODYS_CODE, deadline)
  return [right, aboutPhoneButton(phone)]
}

type Refused = Extract<WeChatOutcome<unknown>, { readonly refusal: unknown }>

function aboutCredentials(outcome: Refused): Finding {
  const { errcode, seenIp, refusal } = outcome
  if (errcode === undefined) return finding(found.notReachable, becauseOf(outcome))
  const shown = String(errcode)
  if (errcode === 40013) return finding(found.appIdWrong)
  if (errcode === 40001 || errcode === 40125) return finding(found.secretWrong, shown)
  if (errcode === 40243) return finding(found.secretFrozen)
  if (errcode === 40164) {
    return seenIp === undefined ? finding(found.unknownIpNotAllowed) : finding(found.ipNotAllowed, seenIp)
  }
  if (IP_NOT_CONFIRMED.includes(errcode)) return finding(found.ipNotConfirmed, shown)
  const isForOperator = refusal.definition === connectionRefusals.sourceMisconfigured
  return finding(isForOperator ? found.misconfigured : found.busy, becauseOf(outcome))
}

function aboutPhoneButton(outcome: WeChatOutcome<unknown>): Finding {
  // Somebody's number for a code of zeros is no answer that WeChat gives.
  if (!('refusal' in outcome)) return finding(found.phoneUnclear, 'a number for a code that stands for none')
  if (outcome.refusal.definition === connectionRefusals.phoneCodeRefused) return finding(found.phoneAllowed)
  if (outcome.errcode !== undefined && WITHOUT_PERMISSION.includes(outcome.errcode)) {
    return finding(found.phoneNotAllowed, String(outcome.errcode))
  }
  return finding(found.phoneUnclear, becauseOf(outcome))
}

/** Without our own hints, which are in one language. */
function becauseOf({ refusal, errcode }: Refused): string {
  return errcode === undefined ? (refusal.details.because ?? refusal.definition.code) : `errcode ${errcode}`
}
