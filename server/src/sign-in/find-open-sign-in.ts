import type { Db } from '../platform/db/index.ts'
import { Refusal } from '../platform/refusal.ts'
import { hashToken } from '../platform/secrets.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { signInRefusals } from './refusals.ts'
import * as signIns from './sign-in.store.ts'
import { readStateToken } from './state-token.ts'
import { mayProve, type ProofKind } from './steps.ts'

export interface FindSignInDeps {
  readonly db: Db
  readonly vault: Vault
}

/**
 * Finds the open sign-in that a state token continues.
 *
 * @throws {Refusal} `stateTokenRefused`
 */
export async function findOpenSignIn(
  deps: FindSignInDeps,
  stateToken: string | undefined,
  clientId: string,
  now: number,
): Promise<signIns.OpenSignIn> {
  if (stateToken === undefined) throw refused('no state token')
  const id = await readStateToken(deps.vault.stateTokenKey, stateToken, clientId, now)
  if (id === undefined) throw refused('not a state token for this application, or expired')
  const key = { id, clientId, stateTokenHash: hashToken(stateToken) }
  const signIn = await signIns.findOpen(deps.db, key, now)
  if (signIn === undefined) throw refused('completed, ended or replaced')
  return signIn
}

/**
 * Finds the open sign-in that a proof is for.
 *
 * @throws {Refusal} `stateTokenRefused`, also when its status does not allow this kind of proof
 */
export async function findSignInToProve(
  deps: FindSignInDeps,
  stateToken: string | undefined,
  clientId: string,
  proof: ProofKind,
  now: number,
): Promise<signIns.OpenSignIn> {
  const signIn = await findOpenSignIn(deps, stateToken, clientId, now)
  if (!mayProve(signIn.status, proof)) throw refused(`${signIn.status} does not allow ${proof}`)
  return signIn
}

function refused(because: string): Refusal {
  return new Refusal(signInRefusals.stateTokenRefused, { because })
}
