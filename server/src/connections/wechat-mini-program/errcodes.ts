import { Refusal, type RefusalDefinition } from '../../platform/refusal.ts'
import { connectionRefusals } from '../refusals.ts'

const {
  sourceRefusedCode,
  phoneCodeRefused,
  sourceUnavailable,
  sourceBusy,
  sourceBlockedUser,
  sourceMisconfigured,
} = connectionRefusals

/** The calls to WeChat that we make, by WeChat's names for them. */
export type WeChatCall = 'code2Session' | 'getStableAccessToken' | 'getPhoneNumber'

/** WeChat's "system error": the one errcode after which the same call may succeed at once. */
export const SYSTEM_ERROR = -1

/** The frequency limit counts calls per minute. */
const BUSY_SECONDS = 60

export interface ErrcodeMeaning {
  readonly refusal: RefusalDefinition
  /** For the operator, who reads it in the log. */
  readonly hint: string
}

type Errcodes = ReadonlyMap<number, ErrcodeMeaning>

const misconfigured = (hint: string): ErrcodeMeaning => ({ refusal: sourceMisconfigured, hint })
const unavailableFor = (hint: string): ErrcodeMeaning => ({ refusal: sourceUnavailable, hint })
const blocked = (hint: string): ErrcodeMeaning => ({ refusal: sourceBlockedUser, hint })
const loginCode = (hint: string): ErrcodeMeaning => ({ refusal: sourceRefusedCode, hint })
const phoneCode = (hint: string): ErrcodeMeaning => ({ refusal: phoneCodeRefused, hint })

/** What any call can answer. */
const common: Errcodes = new Map([
  [SYSTEM_ERROR, unavailableFor('WeChat is busy')],
  [40013, misconfigured('the app id is wrong')],
  [40066, misconfigured('the API base URL is not that of WeChat')],
  [40164, misconfigured("this server is not on the mini program's IP allow list")],
  [43003, misconfigured('the API base URL must be https')],
  [45009, unavailableFor("the mini program's quota of calls for today is used up")],
  [45011, { refusal: sourceBusy, hint: 'too many calls in this minute' }],
  [48001, misconfigured('the mini program has no permission for this interface')],
  [48004, misconfigured('WeChat has barred the mini program from this interface')],
  [50007, misconfigured('the mini program is frozen')],
  [61003, misconfigured('the mini program has not authorized the third-party platform')],
  [61004, misconfigured("this server is not on the platform's IP allow list")],
  [61007, misconfigured('the third-party platform lacks this permission')],
  [61016, misconfigured('the third-party platform has to confirm this permission')],
  [89501, misconfigured("this server's IP waits for the administrator to confirm it")],
  [89503, misconfigured("the administrator has to confirm this server's IP")],
  [89506, misconfigured("the administrator refused this server's IP for 24 hours")],
  [89507, misconfigured("the administrator refused this server's IP for an hour")],
])

/** What a call can answer that carries the app secret. */
const ofSecret: Errcodes = new Map([
  [40001, misconfigured('the app secret is wrong')],
  [40002, unavailableFor('grant_type was changed on the way to WeChat')],
  [40125, misconfigured('the app secret is wrong')],
  [40243, misconfigured('the app secret is frozen; unfreeze it in the WeChat console')],
  [41002, misconfigured('the app id is empty')],
  [41004, misconfigured('the app secret is empty')],
])

/** What a call can answer that carries JSON. */
const ofBody: Errcodes = new Map([
  [43002, unavailableFor('the method was changed on the way to WeChat')],
  [44002, unavailableFor('the body was lost on the way to WeChat')],
  [47001, unavailableFor('the body was changed on the way to WeChat')],
])

/** What a call can answer that is about one person. */
const ofPerson: Errcodes = new Map([
  [40226, blocked('WeChat rates this person as high risk')],
  [50002, blocked('the WeChat account is frozen or closed')],
])

/** Answers to an access token that is of no use any more: another may be. */
const tokenErrcodes: Errcodes = new Map([
  [40001, unavailableFor('WeChat does not take its own access token')],
  [40014, unavailableFor('WeChat does not take its own access token')],
  [42001, unavailableFor('WeChat takes its own access token for expired')],
])

/**
 * What WeChat can answer instead of what it was asked for, by call, and what we make of it. Most errcodes
 * stand on no call's own page (not even 40163, which every used login code gets): they are global. Where a
 * call's page gives one a meaning of its own, that holds.
 *
 * @see WeChat Mini Program server API, `auth.code2Session`, `getStableAccessToken`, `getPhoneNumber`, and
 *   WeChat's global errcodes
 */
export const errcodes: Readonly<Record<WeChatCall, Errcodes>> = {
  code2Session: new Map([
    ...common,
    ...ofSecret,
    ...ofPerson,
    [40029, loginCode('invalid or expired code, or one of another mini program')],
    [40163, loginCode('the code was used before')],
    [41008, loginCode('the code is empty')],
    [42003, loginCode('the code has expired')],
    [43001, unavailableFor('the method was changed on the way to WeChat')],
  ]),
  getStableAccessToken: new Map([
    ...common,
    ...ofSecret,
    ...ofBody,
    [61024, misconfigured('the app id is that of a third-party platform, not of a mini program')],
  ]),
  getPhoneNumber: new Map([
    ...common,
    ...ofBody,
    ...ofPerson,
    ...tokenErrcodes,
    // The app id is not among what this call says: it is the code's that does not fit.
    [40013, phoneCode("the code comes from another mini program than the connection's")],
    [40029, phoneCode('invalid, expired or used code, or one of wx.login')],
    [40097, phoneCode('the code has not the form of one')],
    [40163, phoneCode('the code was used before')],
    [41001, unavailableFor('the access token was lost on the way to WeChat')],
    [41008, phoneCode('the code is empty')],
    [42003, phoneCode('the code has expired')],
  ]),
}

/** @returns whether WeChat refused the access token and never looked at what the call is about */
export function isTokenRefused(errcode: number | undefined): boolean {
  return errcode !== undefined && tokenErrcodes.has(errcode)
}

/** The refusal for an errcode other than 0; one that we do not know is the source's error. */
export function refusalFor(call: WeChatCall, errcode: number): Refusal {
  const meaning = errcodes[call].get(errcode)
  if (meaning === undefined) return unavailable(call, `errcode ${errcode}`)
  const because = `errcode ${errcode}: ${meaning.hint}`
  if (meaning.refusal === sourceUnavailable) return unavailable(call, because)
  return new Refusal(meaning.refusal, {
    because,
    ...(meaning.refusal === sourceBusy && { retryAfterSeconds: BUSY_SECONDS }),
  })
}

/** @param because for the log; without URL, secret, token, code or number */
export function unavailable(call: WeChatCall, because: string): Refusal {
  return new Refusal(sourceUnavailable, { because, values: [call] })
}
