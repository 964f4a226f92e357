import { record } from '../audit/index.ts'
import { type Db, inTransaction } from '../platform/db/index.ts'
import { hashToken, randomId } from '../platform/secrets.ts'
import type { Vault } from '../platform/vault/vault.ts'
import type { Caller } from './caller.ts'
import * as signIns from './sign-in.store.ts'
import { issueStateToken } from './state-token.ts'

/** How long a person has for what is still wanted of him. */
const LIFETIME_MS = 10 * 60 * 1000

export interface OpenedSignIn {
  readonly signIn: signIns.OpenSignIn
  readonly stateToken: string
}

/** What somebody has to do who may not come in yet. */
export interface FurtherProof {
  readonly wants: signIns.Waits
  /** For the operator: why it is so, when it is not just that nobody knows him. */
  readonly because: string | undefined
}

/** Opens a sign-in for a person who has more to show. */
export async function openSignIn(
  deps: { readonly db: Db; readonly vault: Vault },
  caller: Caller,
  { wants, because }: FurtherProof,
): Promise<OpenedSignIn> {
  const { now, application } = caller
  const { clientId } = application
  const id = randomId()
  const expiresAt = now + LIFETIME_MS
  const stateToken = await issueStateToken(deps.vault.stateTokenKey, {
    signInId: id,
    clientId,
    issuedAt: now,
    expiresAt,
  })
  const signIn = { id, clientId, ...wants, expiresAt, stateTokenHash: hashToken(stateToken) }

  await inTransaction(deps.db, async (tx) => {
    await signIns.insert(tx, {
      ...signIn,
      openedAt: now,
      ip: caller.ip,
      device: caller.device,
    })
    await record(tx, {
      kind: 'sign_in_opened',
      at: now,
      clientId,
      signInId: signIn.id,
      ...('identity' in wants ? { connectionId: wants.identity.connectionId } : { userId: wants.userId }),
      ip: caller.ip,
      because: because === undefined ? wants.status : `${wants.status}; ${because}`,
    })
  })
  return { signIn, stateToken }
}
