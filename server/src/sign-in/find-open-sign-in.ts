import type { Db } from '../platform/db/index.ts'
import { Refusal } from '../platform/refusal.ts'
import { hashToken } from '../platform/secrets.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { signInRefusals } from './refusals.ts'
import * as signIns from './sign-in.store.ts'
import { readStateToken } from './state-token.ts'

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
  const refuse = (because: string) => new Refusal(signInRefusals.stateTokenRefused, { because })

  if (stateToken === undefined) throw refuse('no state token')
  const id = await readStateToken(deps.vault.stateTokenKey, stateToken, clientId, now)
  if (id === undefined) throw refuse('not a state token for this application, or expired')
  const key = { id, clientId, stateTokenHash: hashToken(stateToken) }
  const signIn = await signIns.findOpen(deps.db, key, now)
  if (signIn === undefined) throw refuse('completed, ended or replaced')
  return signIn
}
