import { type Db, inTransaction, type Tx } from '../platform/db/index.ts'
import { Refusal, type RefusalDefinition, type RefusalDetails } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { loadProfile, type UserProfile } from '../users/index.ts'
import { verificationRefusals } from '../verifications/index.ts'
import type { Caller } from './caller.ts'
import type { Entry } from './enter.ts'
import { type FurtherProof, type OpenedSignIn, openSignIn } from './open-sign-in.ts'

/** What a proof came to: the user is in (or may not come in), or a further proof is wanted. */
export type SignInResult =
  | (Extract<Entry, { status: 'SUCCESS' }> & {
      /** As it was when he came in. */
      readonly profile: UserProfile
    })
  | Exclude<Entry, { status: 'SUCCESS' }>
  | OpenedSignIn

/** A "no" that commits what came before it: a guess that was paid, a code that was used, the audit event. */
export interface Refused {
  readonly status: 'REFUSED'
  readonly definition: RefusalDefinition
  readonly because: string
  /** What else the caller is told. */
  readonly details?: RefusalDetails
}

/** The one answer to a code that is not right, whatever is wrong with it. */
export function refusedCode(because: string): Refused {
  return { status: 'REFUSED', definition: verificationRefusals.codeIncorrect, because }
}

/** What is decided of a proof, in the transaction that uses it. */
export type Decision = Entry | Refused | FurtherProof

/**
 * Decides about a proof in one transaction, and says what it came to once that is committed: a refusal takes
 * nothing back.
 *
 * @throws {Refusal} the one that was decided
 */
export async function conclude(
  deps: { readonly db: Db; readonly vault: Vault },
  caller: Caller,
  decide: (tx: Tx) => Promise<Decision>,
): Promise<SignInResult> {
  const { db, vault } = deps
  const result = await inTransaction(db, async (tx) => {
    const decision = await decide(tx)
    if ('wants' in decision) return openSignIn(tx, vault, caller, decision)
    if (decision.status !== 'SUCCESS') return decision
    // What the answer tells of him is asked with the last changes and answered before they are committed.
    const profile = loadProfile(tx, vault, decision.user)
    profile.catch(() => undefined)
    return { ...decision, profile }
  })
  if ('profile' in result) return { ...result, profile: await result.profile }
  if ('signIn' in result || result.status !== 'REFUSED') return result
  throw new Refusal(result.definition, { ...result.details, because: result.because })
}
