import { listOfSignIn, type RecordedEvent } from '../audit/index.ts'
import { listAttemptsOfSignIn, type RecordedAttempt } from '../messages/index.ts'
import type { Db } from '../platform/db/index.ts'
import { StartError } from '../platform/start-error.ts'
import { printMoney } from '../platform/text-forms/money.ts'

/** What each event means, in a sentence for somebody who was not there. */
const sentences: Readonly<Record<string, string>> = {
  sign_in_opened: 'The source vouched for somebody who is bound to no user here; a sign-in was opened',
  code_requested: 'A verification code was asked for',
  code_send_failed: 'The code did not go out',
  code_send_uncertain: 'Nobody said whether the code went out',
  code_refused: 'The code was refused',
  phone_refused: 'The source vouched for no mobile number',
  bind_refused: 'The address was proved, but the bind was refused',
  user_registered: 'A user was registered',
  identity_bound: 'The identity was bound to the user',
  identity_adopted: 'The same person came through another connection of one open-platform account; adopted',
  identity_unbound: 'An identity of the user was unbound',
  factor_enrolled: 'The user set up a second factor',
  factor_refused: 'The code of a second factor was refused',
  factor_removed: 'A second factor of the user was removed',
  recovery_codes_made: 'The user got new recovery codes',
  sign_in_refused: 'Somebody showed who he is and was refused',
  access_denied: 'The user may not come in',
  sign_in_continued:
    'What was shown is right, and more is wanted; the sign-in goes on under another state token',
  second_factor_passed: 'The second factor was right',
  second_factor_refused: 'The second factor was refused',
  device_trusted: 'The user trusts this device from now on',
  session_opened: 'A session was opened: the sign-in succeeded',
}

const attemptSentences: Readonly<Record<string, (gateway: string) => string>> = {
  sent: (gateway) => `The gateway ${gateway} sent it`,
  failed: (gateway) => `The gateway ${gateway} did not send it`,
  unknown: (gateway) => `The gateway ${gateway} may or may not have sent it; no other one was tried`,
}

/**
 * Tells the story of one sign-in, oldest first: the answer to "why could this person not sign in?".
 *
 * @param signInId as `next.sign_in_id` told the client
 * @throws {StartError} when nothing is known of it
 */
export async function explainSignIn(db: Db, signInId: string): Promise<string[]> {
  const events = await listOfSignIn(db, signInId)
  if (events.length === 0) throw new StartError(`nothing is known of a sign-in ${signInId}`)
  const attempts = await listAttemptsOfSignIn(db, signInId)
  return [...events.map(chapterOfEvent), ...attempts.map(chapterOfAttempt)]
    .toSorted((one, other) => one.at - other.at || one.place - other.place)
    .map(({ at, sentence, details }) => {
      const given = details.filter((detail) => detail !== null && detail !== '')
      return `${new Date(at).toISOString()}  ${sentence}${given.length === 0 ? '' : ` (${given.join('; ')})`}`
    })
}

interface Chapter {
  readonly at: number
  /** Among what has the same moment: all of one request has. */
  readonly place: number
  readonly sentence: string
  readonly details: readonly (string | null)[]
}

/** What leads to an attempt at a message; all else follows from it. */
const beforeAttempts = new Set(['sign_in_opened', 'code_requested'])

function chapterOfEvent(event: RecordedEvent): Chapter {
  return {
    at: event.at,
    place: beforeAttempts.has(event.kind) ? 0 : 2,
    sentence: sentences[event.kind] ?? event.kind,
    details: [
      event.because,
      event.addressMasked === null ? null : `address ${event.addressMasked}`,
      event.userId === null ? null : `user ${event.userId}`,
    ],
  }
}

function chapterOfAttempt(attempt: RecordedAttempt): Chapter {
  const { gateway, cost } = attempt
  return {
    at: attempt.at,
    place: 1,
    sentence: attemptSentences[attempt.result]?.(gateway) ?? attempt.result,
    details: [
      attempt.because,
      cost === undefined ? null : `cost ${printMoney(cost)}`,
      `address ${attempt.addressMasked}`,
    ],
  }
}
