import { record } from '../audit/index.ts'
import { listIdentitiesOf } from '../connections/index.ts'
import { queueNotice } from '../messages/index.ts'
import { type Db, inTransaction, takeTurns } from '../platform/db/index.ts'
import { readPolicy } from '../platform/policy/index.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { holdSession, sessionRefusals } from '../sessions/index.ts'
import { endOpenSignInsOf, shutOut } from '../sign-in/index.ts'
import { closeUser, listVerifiedAddressesOf } from '../users/index.ts'
import { accountClosing } from './account-closing.ts'
import { byOwner, type Owner } from './owner.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Closes the account of a user who is signed in. At once nothing of it is good any more: sessions, open sign-ins,
 * codes; and whoever signs in as him is denied entry. His addresses and identities stay his, so that nobody is made a
 * new user around it, until the days are over and he is removed.
 *
 * @param now milliseconds since the Unix epoch
 * @returns when he will be gone for good
 * @throws {Refusal} `idTokenRefused` when his session has ended since it was found
 * @see docs/decisions/0021-own-account.md
 */
export async function closeAccount(
  { db, vault }: { readonly db: Db; readonly vault: Vault },
  owner: Owner,
  now: number,
): Promise<number> {
  const { user, session, application, language } = owner
  return inTransaction(db, async (tx) => {
    await takeTurns(tx, [`user ${user.id}`])
    const closesAt = now + (await readPolicy(tx, accountClosing)).days * DAY_MS
    const isIn = await holdSession(tx, session.id, now)
    if (!isIn || !(await closeUser(tx, user.id, closesAt))) throw new Refusal(sessionRefusals.idTokenRefused)

    const verified = await listVerifiedAddressesOf(tx, vault, user.id)
    const by = { ...byOwner(owner), because: 'he closed his account' }
    await shutOut(tx, vault, { userId: user.id, addresses: verified, by }, now)
    for (const identity of await listIdentitiesOf(tx, user.id)) await endOpenSignInsOf(tx, identity, now)
    await record(tx, { kind: 'account_closing', at: now, userId: user.id, ...byOwner(owner) })
    await queueNotice(tx, vault, { to: verified, kind: 'account_closing', application, language, at: now })
    return closesAt
  })
}
