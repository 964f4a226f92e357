import { record } from '../audit/index.ts'
import { queueNotice } from '../messages/index.ts'
import { type Db, inTransaction, takeTurns, type Tx } from '../platform/db/index.ts'
import { Refusal, type RefusalDefinition } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { holdSession, sessionRefusals } from '../sessions/index.ts'
import { shutOut } from '../sign-in/index.ts'
import {
  type Address,
  changeAddress,
  listAddressesOf,
  markAddress,
  turnsOfUser,
  userRefusals,
} from '../users/index.ts'
import { checkVerificationCode, purposeOf, verificationRefusals } from '../verifications/index.ts'
import { byOwner, type Owner } from './owner.ts'

export interface ChangeAddressDeps {
  readonly db: Db
  readonly vault: Vault
}

export interface NewAddress {
  readonly address: Address
  readonly verifyCode: string
}

/** A "no" that commits what came before it: a guess that was paid, a code that was used, the audit event. */
interface Refused {
  readonly definition: RefusalDefinition
  readonly because: string
}

/**
 * Gives the signed-in user an address that he proves by a code, in the place of the one that he had.
 *
 * From here on the old address leads nobody in: the other sessions end, and so do the sign-ins that wait for him and
 * the codes that are under way to either address. The old address and the one of the other channel are told.
 *
 * One transaction. A wrong code commits the guess that it paid; a right one to an address that another user has
 * verified commits its use. Proving the address that he has changes nothing.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {Refusal} `codeIncorrect`, `mobileRegistered`, `emailRegistered`, `idTokenRefused` when the session ended
 *   meanwhile
 */
export async function changeOwnAddress(
  { db, vault }: ChangeAddressDeps,
  owner: Owner,
  asked: NewAddress,
  now: number,
): Promise<void> {
  const refused = await inTransaction(db, (tx) => proveAndChange(tx, vault, owner, asked, now))
  if (refused !== undefined) throw new Refusal(refused.definition, { because: refused.because })
}

async function proveAndChange(
  tx: Tx,
  vault: Vault,
  owner: Owner,
  { address, verifyCode }: NewAddress,
  now: number,
): Promise<Refused | undefined> {
  const { user, session } = owner
  await takeTurns(tx, [
    `user ${user.id}`,
    ...turnsOfUser(vault, { addresses: [{ address, isVerified: true }] }),
  ])
  if (!(await holdSession(tx, session.id, now))) throw new Refusal(sessionRefusals.idTokenRefused)
  const { clientId, ...by } = byOwner(owner)
  const purposes = [purposeOf('change_address', address.channel)]
  const checked = await checkVerificationCode(
    tx,
    vault,
    { address, purposes, clientId, verifyCode },
    { ...by, userId: user.id },
    now,
  )
  if (!checked.isRight) return { definition: verificationRefusals.codeIncorrect, because: checked.because }

  const before = await listAddressesOf(tx, vault, user.id)
  const old = before.find((each) => each.address.channel === address.channel)
  if (old?.isVerified === true && old.address.value === address.value) return undefined
  if ((await changeAddress(tx, vault, user.id, address, now)) === 'taken') {
    const because = 'another user has verified it'
    const mark = markAddress(vault, address)
    await record(tx, {
      kind: 'address_refused',
      at: now,
      userId: user.id,
      address: mark,
      because,
      ...byOwner(owner),
    })
    return {
      definition: userRefusals[address.channel === 'sms' ? 'mobileRegistered' : 'emailRegistered'],
      because,
    }
  }
  await tellOfChange(tx, vault, owner, address, before, now)
  return undefined
}

async function tellOfChange(
  tx: Tx,
  vault: Vault,
  owner: Owner,
  address: Address,
  before: Awaited<ReturnType<typeof listAddressesOf>>,
  now: number,
): Promise<void> {
  const { user, session, application, language } = owner
  const kind = address.channel === 'sms' ? 'mobile_changed' : 'email_changed'
  const mark = markAddress(vault, address)
  await record(tx, { kind, at: now, userId: user.id, address: mark, ...byOwner(owner) })
  const old = before.filter((each) => each.address.channel === address.channel)
  const by = { ...byOwner(owner), because: `${kind} in session ${session.id}` }
  const addresses = [address, ...old.map((each) => each.address)]
  await shutOut(tx, vault, { userId: user.id, addresses, by, keptSessionId: session.id }, now)
  const to = before.filter((each) => each.isVerified && each.address.value !== address.value)
  await queueNotice(tx, vault, { to: to.map((each) => each.address), kind, application, language, at: now })
}
