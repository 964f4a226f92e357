import type { Db, Tx } from '../platform/db/index.ts'
import { Refusal, type RefusalDefinition } from '../platform/refusal.ts'
import { hashToken } from '../platform/secrets.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { signInRefusals } from './refusals.ts'
import * as signIns from './sign-in.store.ts'
import { readStateToken } from './state-token.ts'
import { mayDo, mayProve, type PasswordStep, type ProofKind } from './steps.ts'

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
  const found = await find(deps, stateToken, clientId, now)
  if (typeof found === 'string') throw refused(found)
  return found
}

/**
 * Finds the open sign-in in which a user does something about his old password.
 *
 * @throws {Refusal} `passwordStateTokenRefused`, also when its status does not allow this
 */
export async function findSignInOfPassword(
  deps: FindSignInDeps,
  stateToken: string | undefined,
  clientId: string,
  step: PasswordStep,
  now: number,
): Promise<signIns.PasswordSignIn> {
  const definition = signInRefusals.passwordStateTokenRefused
  const found = await find(deps, stateToken, clientId, now)
  if (typeof found === 'string') throw refused(found, definition)
  if (isOfPassword(found) && mayDo(found.status, step)) return found
  throw refused(`${found.status} does not allow "${step}"`, definition)
}

/** @returns the sign-in, or what is wrong with the token */
async function find(
  deps: FindSignInDeps,
  stateToken: string | undefined,
  clientId: string,
  now: number,
): Promise<signIns.OpenSignIn | string> {
  const key = readKey(deps.vault, stateToken, clientId, now)
  return typeof key === 'string' ? key : ((await signIns.findOpen(deps.db, key, now)) ?? OVER)
}

const OVER = 'completed, ended or replaced'

/** @returns by what the sign-in of a state token is found, or what is wrong with the token */
function readKey(
  vault: Vault,
  stateToken: string | undefined,
  clientId: string,
  now: number,
): signIns.Key | string {
  if (stateToken === undefined) return 'no state token'
  const id = readStateToken(vault.stateTokenKey, stateToken, clientId, now)
  if (id === undefined) return 'not a state token for this application, or expired'
  return { id, clientId, stateTokenHash: hashToken(stateToken) }
}

/**
 * Reads a state token without asking the database for anything.
 *
 * @throws {Refusal} `stateTokenRefused`
 */
export function keyOfSignIn(
  vault: Vault,
  stateToken: string | undefined,
  clientId: string,
  now: number,
): signIns.Key {
  const key = readKey(vault, stateToken, clientId, now)
  if (typeof key === 'string') throw refused(key)
  return key
}

/**
 * Finds the open sign-in that a proof is for.
 *
 * @throws {Refusal} `stateTokenRefused`, also when its status does not allow this kind of proof
 */
export async function findSignInToProve(
  db: Db | Tx,
  key: signIns.Key,
  proof: ProofKind,
  now: number,
): Promise<signIns.BindingSignIn> {
  const signIn = await signIns.findOpen(db, key, now)
  if (signIn === undefined) throw refused(OVER)
  if (isBinding(signIn) && mayProve(signIn.status, proof)) return signIn
  throw refused(`${signIn.status} does not allow ${proof}`)
}

/**
 * Finds the open sign-in that waits for a second factor.
 *
 * @throws {Refusal} `stateTokenRefused`, also when it waits for something else
 */
export async function findSignInOfSecondFactor(
  deps: FindSignInDeps,
  stateToken: string | undefined,
  clientId: string,
  now: number,
): Promise<signIns.SecondFactorSignIn> {
  const signIn = await findOpenSignIn(deps, stateToken, clientId, now)
  if (signIn.status === 'MFA_AUTH') return signIn
  throw refused(`${signIn.status} does not wait for a second factor`)
}

function isOfPassword(signIn: signIns.OpenSignIn): signIn is signIns.PasswordSignIn {
  return signIn.status === 'PASSWORD_WARN' || signIn.status === 'PASSWORD_EXPIRED'
}

function isBinding(signIn: signIns.OpenSignIn): signIn is signIns.BindingSignIn {
  return signIn.status === 'SOCIAL_BIND' || signIn.status === 'USER_REGISTER'
}

function refused(because: string, definition: RefusalDefinition = signInRefusals.stateTokenRefused): Refusal {
  return new Refusal(definition, { because })
}
