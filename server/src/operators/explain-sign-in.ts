import { listOfSignIn } from '../audit/index.ts'
import type { Db } from '../platform/db/index.ts'
import { StartError } from '../platform/start-error.ts'

/** What each event means, in a sentence for somebody who was not there. */
const sentences: Readonly<Record<string, string>> = {
  sign_in_opened: 'The source vouched for somebody who is bound to no user here; a sign-in was opened',
  code_requested: 'A verification code was asked for',
  code_send_failed: 'The code did not go out',
  code_send_uncertain: 'The gateway did not say whether the code went out',
  code_refused: 'The code was refused',
  bind_refused: 'The code was right, but the bind was refused',
  user_registered: 'A user was registered',
  identity_bound: 'The identity was bound to the user',
  identity_adopted: 'The same person came through another connection of one open-platform account; adopted',
  sign_in_refused: 'The source vouched for somebody who was refused',
  access_denied: 'The user may not come in',
  session_opened: 'A session was opened: the sign-in succeeded',
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
  return events.map((event) => {
    const details = [
      event.because,
      event.addressMasked === null ? null : `address ${event.addressMasked}`,
      event.userId === null ? null : `user ${event.userId}`,
    ].filter((detail) => detail !== null && detail !== '')
    const sentence = sentences[event.kind] ?? event.kind
    return `${new Date(event.at).toISOString()}  ${sentence}${details.length === 0 ? '' : ` (${details.join('; ')})`}`
  })
}
