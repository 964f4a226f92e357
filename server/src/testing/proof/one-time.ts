import type { Evidence, Event, Prove, SentMessage } from './evidence.ts'

const MAX_GUESSES_OF_A_CODE = 5
const MAX_FAILED_GUESSES_A_DAY = 20
const DAY_MS = 24 * 60 * 60 * 1000
const CODE_INCORRECT = 'IDAAS.SDK.CAPTCHA.0007'
/** Text messages; mails are given twice as long. */
const CODE_LIVES_MS = 5 * 60 * 1000
/** A process that was stopped for a moment, or a message that was on its way. */
const ALLOWANCE_MS = 2000

export function provesOf(history: readonly Event[]): Prove[] {
  return history.filter((event) => event.kind === 'prove')
}

function succeeded(evidence: Evidence): Prove[] {
  return provesOf(evidence.history).filter(({ outcome }) => outcome === 'ok')
}

export function* codesOnce(evidence: Evidence): Iterable<string> {
  for (const [message, proves] of Map.groupBy(succeeded(evidence), (prove) => messageOf(evidence, prove))) {
    if (message !== undefined && proves.length > 1) {
      yield `the code sent to ${message.to} at ${message.at} was right ${proves.length} times`
    }
  }
}

export function* stateTokensOnce(evidence: Evidence): Iterable<string> {
  for (const [stateToken, proves] of Map.groupBy(succeeded(evidence), (prove) => prove.stateToken)) {
    if (proves.length > 1) yield `the state token …${stateToken.slice(-8)} succeeded ${proves.length} times`
  }
}

export function* messageForEveryBind(evidence: Evidence): Iterable<string> {
  for (const prove of succeeded(evidence)) {
    const message = messageOf(evidence, prove)
    const what = `${prove.person} was bound by a code to ${prove.to}`
    if (message === undefined) {
      yield `${what} that nobody was sent for ${prove.purpose} and this application`
    } else if (prove.startedAt > message.at + CODE_LIVES_MS + ALLOWANCE_MS) {
      yield `${what} that was too old`
    }
  }
}

export function* guessesCapped(evidence: Evidence): Iterable<string> {
  for (const { id, attempts } of evidence.rows.verification) {
    if (attempts > MAX_GUESSES_OF_A_CODE) yield `${attempts} guesses at the code of verification ${id}`
  }
  for (const prove of succeeded(evidence)) {
    const failed = provesOf(evidence.history).filter(
      (other) =>
        other.to === prove.to && other.errorCode === CODE_INCORRECT && other.endedAt < prove.startedAt,
    )
    const today = failed.filter(({ startedAt }) => startedAt > prove.endedAt - DAY_MS)
    if (today.length >= MAX_FAILED_GUESSES_A_DAY) {
      yield `${prove.to} was proved after ${today.length} failed guesses in a day`
    }
    const message = messageOf(evidence, prove)
    const atThisCode = failed.filter(
      ({ stateToken, startedAt }) => stateToken === prove.stateToken && startedAt >= (message?.at ?? 0),
    )
    if (atThisCode.length >= MAX_GUESSES_OF_A_CODE) {
      yield `a code to ${prove.to} was right after ${atThisCode.length} wrong guesses at it`
    }
  }
}

/** The newest message that this proof can have its code from. */
function messageOf(evidence: Evidence, prove: Prove): SentMessage | undefined {
  const application = evidence.applicationNames.get(prove.clientId)
  return evidence.messages.findLast(
    (message) =>
      message.to === prove.to &&
      message.purpose === prove.purpose &&
      message.verifyCode === prove.verifyCode &&
      message.application === application &&
      message.at <= prove.endedAt,
  )
}
