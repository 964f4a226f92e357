import type { Evidence } from './evidence.ts'
import { budgetsHold, keysServeEveryToken, nothingReadable } from './outside.ts'
import { codesOnce, guessesCapped, messageForEveryBind, stateTokensOnce } from './one-time.ts'
import { comebacks, deadStaysDead, nothingWhileAway, sessionsLive } from './lives.ts'
import { bindsWhole, failuresLeaveNothing, noOrphans, oneOfEach } from './rows.ts'

/** What was not as it must be. */
export interface Violation {
  /** Its name in `invariants`. */
  readonly invariant: Invariant
  readonly says: string
}

/** Yields a sentence for each time that it finds an invariant broken. */
export type Finder = (evidence: Evidence) => Iterable<string> | AsyncIterable<string>

/** What must hold after whatever happened. */
export const invariants = {
  'a code is used once': codesOnce,
  'a state token succeeds once': stateTokensOnce,
  'one user per identity, per verified address; one identity where a second is refused': oneOfEach,
  'a completed bind is whole': bindsWhole,
  'an acknowledged session works until it is ended or expires': sessionsLive,
  'a definite failure leaves nothing but counters, audit and a used code': failuresLeaveNothing,
  'never more than five evaluated guesses for a code, nor more than the cap for a destination': guessesCapped,
  'every bind has its message': messageForEveryBind,
  'every id_token verifies against the keys served during its life': keysServeEveryToken,
  'what was ended is dead everywhere within a second': deadStaysDead,
  'nothing readable is found': nothingReadable,
  'the send budgets hold in every window': budgetsHold,
  'everybody is in within three fresh tries': comebacks,
  'nothing succeeds while what it needs is away': nothingWhileAway,
  'no row is without its parent': noOrphans,
} as const satisfies Record<string, Finder>

export type Invariant = keyof typeof invariants

/** Decides, from all that is known after a run, which invariants were broken. */
export async function check(evidence: Evidence): Promise<readonly Violation[]> {
  const violations: Violation[] = []
  for (const [invariant, find] of Object.entries(invariants) as [Invariant, Finder][]) {
    for await (const says of find(evidence)) violations.push({ invariant, says })
  }
  return violations
}
