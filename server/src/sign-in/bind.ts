import type { Db } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import type { Address } from '../users/index.ts'
import type { Caller } from './caller.ts'
import type { SignInResult } from './conclude.ts'
import { keyOfSignIn } from './find-open-sign-in.ts'
import { finishSignIn } from './finish-sign-in.ts'
import type { ProofKind } from './steps.ts'

export interface BindRequest {
  readonly caller: Caller
  readonly stateToken: string | undefined
  /** `register`: a person whose address nobody has verified becomes a user. */
  readonly proof: ProofKind
  readonly address: Address
  readonly verifyCode: string
}

/**
 * Finishes a sign-in by a code that was sent to an address.
 *
 * @throws {Refusal} those of `finishSignIn`
 */
export async function bind(
  deps: { readonly db: Db; readonly vault: Vault },
  request: BindRequest,
): Promise<SignInResult> {
  const { caller, proof, stateToken, address, verifyCode } = request
  const { clientId } = caller.application
  const signIn = keyOfSignIn(deps.vault, stateToken, clientId, caller.now)
  return finishSignIn(deps, { caller, signIn, proof, shownBy: { kind: 'code', address, verifyCode } })
}
