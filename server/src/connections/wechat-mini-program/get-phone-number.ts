import { Refusal } from '../../platform/refusal.ts'
import type { Connection } from '../connection.store.ts'
import { connectionRefusals } from '../refusals.ts'
import type { AccessTokens } from './access-token.ts'
import { callWeChat, type WeChatOutcome, type WeChatServer } from './call-wechat.ts'
import type { Deadline } from './deadline.ts'
import { isTokenRefused } from './errcodes.ts'
import { type PhoneNumber, readPhoneNumber } from './read-phone-number.ts'

/**
 * How old a number may be. Its watermark says when the person gave it, and the code that stands for it lives
 * five minutes; as much again is for clocks that differ. What comes later was kept by somebody.
 */
const OLDEST_MS = 10 * 60 * 1_000
/** For clocks that differ the other way. */
const FROM_THE_FUTURE_MS = 5 * 60 * 1_000

export interface GetPhoneNumberDeps {
  readonly server: WeChatServer
  readonly accessTokens: AccessTokens
  /** For all of it, the access token included. */
  readonly deadline: Deadline
}

/**
 * Exchanges the code of the phone button for the number that the person gave to the mini program.
 *
 * The code is good once, for five minutes. It is sent a second time only where WeChat cannot have used it:
 * after errcode -1, when no connection came to be, and when WeChat refused the access token, which is looked
 * at first. That token is then dropped and another one fetched, once.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {Refusal} `phoneCodeRefused`, `sourceBusy`, `sourceBlockedUser`, `sourceMisconfigured` by errcode
 * @throws {Refusal} `phoneCodeRefused` for a number that was given to another mini program, or long ago
 * @throws {Refusal} `sourceUnavailable` for whatever else; none of them holds the token, the code or the number
 * @see WeChat Mini Program server API, `getPhoneNumber`
 */
export async function getPhoneNumber(
  deps: GetPhoneNumberDeps,
  connection: Connection,
  phoneCode: string,
  now: number,
): Promise<PhoneNumber> {
  const outcome = await exchange(deps, connection, phoneCode)
  if ('refusal' in outcome) throw outcome.refusal
  const phone = outcome.content

  const ageMs = now - phone.givenAt
  if (phone.givenTo !== connection.appId) throw refused('the watermark is that of another mini program')
  if (ageMs > OLDEST_MS) throw refused('the watermark is too old')
  if (ageMs < -FROM_THE_FUTURE_MS) throw refused('the watermark is from the future')
  return phone
}

async function exchange(
  { server, accessTokens, deadline }: GetPhoneNumberDeps,
  connection: Connection,
  phoneCode: string,
): Promise<WeChatOutcome<PhoneNumber>> {
  const ask = (accessToken: string) => askForNumber(server, accessToken, phoneCode, deadline)

  const token = await accessTokens.get(connection, deadline)
  const outcome = await ask(token.value)
  if (!('refusal' in outcome) || !isTokenRefused(outcome.errcode)) return outcome
  await accessTokens.drop(connection, token)
  const another = await accessTokens.get(connection, deadline)
  return ask(another.value)
}

/** The call alone, for one access token. */
export function askForNumber(
  server: WeChatServer,
  accessToken: string,
  phoneCode: string,
  deadline: Deadline,
): Promise<WeChatOutcome<PhoneNumber>> {
  return callWeChat(
    server,
    {
      call: 'getPhoneNumber',
      path: '/wxa/business/getuserphonenumber',
      query: { access_token: accessToken },
      body: { code: phoneCode },
      read: readPhoneNumber,
    },
    deadline,
  )
}

function refused(because: string): Refusal {
  return new Refusal(connectionRefusals.phoneCodeRefused, { because })
}
