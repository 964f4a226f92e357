import { record } from '../audit/index.ts'
import { type BoundIdentity, listIdentitiesOf, turnsOf, unbindIdentity } from '../connections/index.ts'
import { hasPassword } from '../credentials/index.ts'
import { type NewNotice, queueNotice } from '../messages/index.ts'
import { type Db, inTransaction, takeTurns, type Tx } from '../platform/db/index.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { endOpenSignInsOf } from '../sign-in/index.ts'
import { hasVerifiedAddress, listVerifiedAddressesOf } from '../users/index.ts'
import { selfServiceRefusals } from './refusals.ts'

export interface UnbindDeps {
  readonly db: Db
  readonly vault: Vault
}

export interface UnbindRequest {
  readonly userId: string
  /** Which of the user's identities. One that is not his is never asked about. */
  isMeant(identity: BoundIdentity): boolean
  /** Who does it and from where, as it is recorded. */
  readonly by: {
    readonly clientId?: string
    readonly signInId?: string
    readonly sessionId?: string
    readonly ip?: string
    readonly because?: string
  }
  /** Where he does it and in which language, as the notice to his addresses tells. */
  readonly told: Pick<NewNotice, 'application' | 'language'>
}

/**
 * Unbinds identities of a user: from here on they lead nobody to him, not even by a unionid that he has at
 * another mini program of the same open-platform account, until he binds them again.
 *
 * The sessions that they opened end with them, the caller's own included if it is one. Otherwise somebody who
 * came in by an account that was bound wrongly could unbind it, be gone from the list, and stay. Sessions that
 * were opened in another way go on. Sign-ins of these identities that are still open end as well.
 *
 * One transaction, about which no login, bind or other unbinding of the same user decides at the same time.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {Refusal} `notLinked`, `lastWayIn`
 * @see docs/decisions/0011-unbinding.md
 */
export async function unbind({ db, vault }: UnbindDeps, request: UnbindRequest, now: number): Promise<void> {
  const { userId } = request
  const meant = (await listIdentitiesOf(db, userId)).filter((identity) => request.isMeant(identity))

  await inTransaction(db, async (tx) => {
    await takeTurns(tx, [`user ${userId}`, ...meant.flatMap(turnsOf)])
    const bound = await listIdentitiesOf(tx, userId)
    const leaving = bound.filter(({ id }) => meant.some((identity) => identity.id === id))
    if (leaving.length === 0) throw new Refusal(selfServiceRefusals.notLinked)
    const staying = bound.filter((identity) => !leaving.includes(identity))
    if (!(await canStillSignIn(tx, userId, staying))) throw new Refusal(selfServiceRefusals.lastWayIn)

    for (const identity of leaving) {
      if (!(await unbindIdentity(tx, identity, now))) throw new Refusal(selfServiceRefusals.notLinked)
      await endOpenSignInsOf(tx, identity, now)
      await record(tx, {
        kind: 'identity_unbound',
        at: now,
        userId,
        connectionId: identity.connectionId,
        ...request.by,
      })
    }
    const to = await listVerifiedAddressesOf(tx, vault, userId)
    await queueNotice(tx, vault, { to, kind: 'identity_unbound', at: now, ...request.told })
  })
}

/** By another identity whose source is switched on, by an address that he has verified, or by user name and password. */
async function canStillSignIn(tx: Tx, userId: string, staying: readonly BoundIdentity[]): Promise<boolean> {
  return (
    staying.some(({ isSwitchedOn }) => isSwitchedOn) ||
    (await hasVerifiedAddress(tx, userId)) ||
    (await hasPassword(tx, userId))
  )
}
