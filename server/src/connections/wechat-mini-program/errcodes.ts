import { Refusal, type RefusalDefinition } from '../../platform/refusal.ts'
import { connectionRefusals } from '../refusals.ts'

const { sourceRefusedCode, sourceUnavailable, sourceBusy, sourceBlockedUser, sourceMisconfigured } =
  connectionRefusals

/** WeChat's "system error": the one errcode after which the same call may succeed at once. */
export const SYSTEM_ERROR = -1

/** The frequency limit counts calls per minute. */
const BUSY_SECONDS = 60

interface ErrcodeMeaning {
  readonly refusal: RefusalDefinition
  /** For the operator, who reads it in the log. */
  readonly hint: string
}

/**
 * What WeChat can answer instead of a person, and what we make of it. Neither 40163, which every used
 * code gets, nor most of the others stand on the page of `code2Session`: they are global.
 *
 * @see WeChat Mini Program server API, `auth.code2Session`, and WeChat's global errcodes
 */
export const errcodes: ReadonlyMap<number, ErrcodeMeaning> = new Map([
  [SYSTEM_ERROR, { refusal: sourceUnavailable, hint: 'WeChat is busy' }],
  [40001, { refusal: sourceMisconfigured, hint: 'the app secret is wrong' }],
  [40002, { refusal: sourceUnavailable, hint: 'grant_type was changed on the way to WeChat' }],
  [40013, { refusal: sourceMisconfigured, hint: 'the app id is wrong' }],
  [40029, { refusal: sourceRefusedCode, hint: 'invalid or expired code, or one of another mini program' }],
  [40066, { refusal: sourceMisconfigured, hint: 'the API base URL is not that of WeChat' }],
  [40125, { refusal: sourceMisconfigured, hint: 'the app secret is wrong' }],
  [40163, { refusal: sourceRefusedCode, hint: 'the code was used before' }],
  [40164, { refusal: sourceMisconfigured, hint: "this server is not on the mini program's IP allow list" }],
  [40226, { refusal: sourceBlockedUser, hint: 'WeChat rates this person as high risk' }],
  [
    40243,
    { refusal: sourceMisconfigured, hint: 'the app secret is frozen; unfreeze it in the WeChat console' },
  ],
  [41002, { refusal: sourceMisconfigured, hint: 'the app id is empty' }],
  [41004, { refusal: sourceMisconfigured, hint: 'the app secret is empty' }],
  [41008, { refusal: sourceRefusedCode, hint: 'the code is empty' }],
  [42003, { refusal: sourceRefusedCode, hint: 'the code has expired' }],
  [43001, { refusal: sourceUnavailable, hint: 'the method was changed on the way to WeChat' }],
  [43003, { refusal: sourceMisconfigured, hint: 'the API base URL must be https' }],
  [45009, { refusal: sourceUnavailable, hint: "the mini program's quota of calls for today is used up" }],
  [45011, { refusal: sourceBusy, hint: 'too many calls in this minute' }],
  [48001, { refusal: sourceMisconfigured, hint: 'the mini program has no permission for this interface' }],
  [48004, { refusal: sourceMisconfigured, hint: 'WeChat has barred the mini program from this interface' }],
  [50002, { refusal: sourceBlockedUser, hint: 'the WeChat account is frozen or closed' }],
  [50007, { refusal: sourceMisconfigured, hint: 'the mini program is frozen' }],
  [
    61003,
    { refusal: sourceMisconfigured, hint: 'the mini program has not authorized the third-party platform' },
  ],
  [61004, { refusal: sourceMisconfigured, hint: "this server is not on the platform's IP allow list" }],
  [61007, { refusal: sourceMisconfigured, hint: 'the third-party platform lacks this permission' }],
  [61016, { refusal: sourceMisconfigured, hint: 'the third-party platform has to confirm this permission' }],
  [
    89501,
    { refusal: sourceMisconfigured, hint: "this server's IP waits for the administrator to confirm it" },
  ],
  [89503, { refusal: sourceMisconfigured, hint: "the administrator has to confirm this server's IP" }],
  [89506, { refusal: sourceMisconfigured, hint: "the administrator refused this server's IP for 24 hours" }],
  [89507, { refusal: sourceMisconfigured, hint: "the administrator refused this server's IP for an hour" }],
])

/** The refusal for an errcode other than 0; one that we do not know is the source's error. */
export function refusalFor(errcode: number): Refusal {
  const meaning = errcodes.get(errcode)
  if (meaning === undefined) return unavailable(`errcode ${errcode}`)
  const because = `errcode ${errcode}: ${meaning.hint}`
  if (meaning.refusal === sourceUnavailable) return unavailable(because)
  return new Refusal(meaning.refusal, {
    because,
    ...(meaning.refusal === sourceBusy && { retryAfterSeconds: BUSY_SECONDS }),
  })
}

/** @param because for the log; without URL, secret or code */
export function unavailable(because: string): Refusal {
  return new Refusal(sourceUnavailable, { because, values: ['code2Session'] })
}
