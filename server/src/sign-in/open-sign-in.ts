import { record } from '../audit/index.ts'
import type { Tx } from '../platform/db/index.ts'
import { hashToken } from '../platform/secrets.ts'
import type { Vault } from '../platform/vault/vault.ts'
import type { Caller } from './caller.ts'
import * as signIns from './sign-in.store.ts'
import { issueStateToken } from './state-token.ts'
import type { Waits } from './waits.ts'

/** How long a person has for what is still wanted of him. */
const LIFETIME_MS = 10 * 60 * 1000

export interface OpenedSignIn {
  readonly signIn: signIns.OpenSignIn
  readonly stateToken: string
  /** What its user is told with that, once. */
  readonly recoveryCodes?: readonly string[] | undefined
}

/** What somebody has to do who may not come in yet. */
export interface FurtherProof {
  readonly wants: Waits
  readonly signInId: string
  /** It is open already, held by this transaction, and goes on; otherwise it is opened. */
  readonly isContinued: boolean
  /** For the operator: why it is so, when it is not just that nobody knows him. */
  readonly because: string | undefined
  /** Of the second factor that he has just enrolled. */
  readonly recoveryCodes?: readonly string[] | undefined
}

/**
 * Opens a sign-in for a person who has more to show, or lets the one go on in which he has shown something. In either
 * case the token that it answers is the only one that continues it.
 */
export async function openSignIn(
  tx: Tx,
  vault: Vault,
  caller: Caller,
  { wants, signInId, isContinued, because, recoveryCodes }: FurtherProof,
): Promise<OpenedSignIn> {
  const { now, application, ip, device } = caller
  const { clientId } = application
  const expiresAt = now + LIFETIME_MS
  const content = { signInId, clientId, issuedAt: now, expiresAt }
  const stateToken = issueStateToken(vault.stateTokenKey, content)
  const signIn = { id: signInId, clientId, expiresAt, stateTokenHash: hashToken(stateToken) }

  if (isContinued) await signIns.advance(tx, signInId, { ...signIn, waits: wants })
  else await signIns.insert(tx, { ...signIn, waits: wants, openedAt: now, ip, device })
  await record(tx, {
    kind: isContinued ? 'sign_in_continued' : 'sign_in_opened',
    at: now,
    clientId,
    signInId,
    ...('userId' in wants && { userId: wants.userId }),
    ...('identity' in wants && wants.identity && { connectionId: wants.identity.connectionId }),
    ip,
    because: because === undefined ? wants.status : `${wants.status}; ${because}`,
  })
  return { signIn: { ...signIn, ...wants }, stateToken, recoveryCodes }
}
