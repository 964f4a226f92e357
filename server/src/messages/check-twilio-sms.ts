import { z } from 'zod'
import { type Finding, finding } from '../platform/finding.ts'
import { type Outbound, OutboundError } from '../platform/outbound/outbound.ts'
import { failureInWords, lookAt } from '../platform/outbound/reach.ts'
import { gatewayFindings as found } from './findings.ts'
import type { TwilioSmsSettings } from './twilio-sms.ts'
import { parseAnswer } from './vendor-call.ts'

const accountSchema = z.object({ status: z.string() })

/**
 * Asks for the account, which also says whether it is suspended. An API key of the standard kind may not ask
 * for that, so with one the account's numbers are asked for, and none of them is looked at.
 *
 * @see https://www.twilio.com/docs/iam/api/account and https://www.twilio.com/docs/iam/api-keys
 */
export async function checkTwilioSms(
  outbound: Outbound,
  { endpoint, credentials }: { readonly endpoint: URL; readonly credentials: string },
  settings: Pick<TwilioSmsSettings, 'account_sid' | 'api_key_sid'>,
): Promise<readonly Finding[]> {
  const isByAccount = settings.api_key_sid === undefined
  const account = `/2010-04-01/Accounts/${settings.account_sid}`
  const path = isByAccount ? `${account}.json` : `${account}/IncomingPhoneNumbers.json?PageSize=1`
  const headers = { accept: 'application/json', authorization: `Basic ${credentials}` }
  try {
    const answer = await lookAt(outbound, { url: new URL(path, endpoint), headers })
    if (answer.status === 401) return [finding(found.credentialsRefused, '401')]
    if (answer.status === 403) return [finding(found.mayNotAsk, '403')]
    if (answer.status === 404) return [finding(found.credentialsRefused, '404')]
    if (answer.status !== 200) return [finding(found.unreadable, String(answer.status))]
    if (!isByAccount) return [finding(found.credentialsRight)]
    const status = parseAnswer(accountSchema, answer)?.status
    if (status === 'active') return [finding(found.credentialsRight)]
    return status === 'suspended' || status === 'closed'
      ? [finding(found.accountStopped, status)]
      : [finding(found.unreadable, '200')]
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error
    return [finding(found.notReachable, failureInWords(error))]
  }
}
