import { type Db, inTransaction, type Tx } from '../platform/db/index.ts'
import { Refusal, type RefusalDefinition, type RefusalDetails } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { verificationRefusals } from '../verifications/index.ts'
import type { Caller } from './caller.ts'
import type { Entry } from './enter.ts'
import { type FurtherProof, type OpenedSignIn, openSignIn } from './open-sign-in.ts'

/** What a proof came to: the user is in (or may not come in), or a further proof is wanted. */
export type SignInResult = Entry | OpenedSignIn

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
  const result = await inTransaction(deps.db, async (tx) => {
    const decision = await decide(tx)
    return 'wants' in decision ? openSignIn(tx, deps.vault, caller, decision) : decision
  })
  if ('signIn' in result || result.status !== 'REFUSED') return result
  throw new Refusal(result.definition, { ...result.details, because: result.because })
}
