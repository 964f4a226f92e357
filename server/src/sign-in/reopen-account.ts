import { record } from '../audit/index.ts'
import { queueNotice } from '../messages/index.ts'
import { type Db, takeTurns, type Tx } from '../platform/db/index.ts'
import { orderedId } from '../platform/secrets.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { endSessionsOf } from '../sessions/index.ts'
import {
  type Address,
  findByVerifiedAddress,
  findUser,
  isDisabledByOperator,
  listVerifiedAddressesOf,
  markAddress,
  reopenUser,
  type User,
} from '../users/index.ts'
import { checkVerificationCode, purposeOf } from '../verifications/index.ts'
import type { Caller } from './caller.ts'
import { conclude, type Decision, refusedCode, type SignInResult } from './conclude.ts'
import { admit, type Admission, type CameBy, isAdmitted, letIn } from './enter.ts'
import { signInRefusals } from './refusals.ts'

/**
 * Opens an account again that its user has closed, and signs him in, by a code for signing in that was sent to an
 * address of his.
 *
 * One transaction: a wrong code commits the guess that it paid; a right one is used, whether there is anything to open
 * or not.
 *
 * @throws {Refusal} `codeIncorrect`, `notClosed`
 * @see docs/decisions/0021-own-account.md
 */
export async function reopenAccount(
  deps: { readonly db: Db; readonly vault: Vault },
  caller: Caller,
  shown: { readonly address: Address; readonly verifyCode: string },
): Promise<SignInResult> {
  const { vault } = deps
  const { address, verifyCode } = shown
  const { ip, now, application } = caller
  const { clientId } = application
  const signInId = orderedId(caller.now)
  return conclude(deps, caller, async (tx) => {
    const guess = { address, purposes: [purposeOf('login', address.channel)], clientId, verifyCode }
    const checked = await checkVerificationCode(tx, vault, guess, { signInId, ip }, now)
    if (!checked.isRight) return refusedCode(checked.because)
    const entry = await openAgain(tx, vault, caller, address, signInId)
    if (entry !== undefined) return entry
    const because = 'nobody who verified it has closed his account'
    const mark = markAddress(vault, address)
    await record(tx, { kind: 'sign_in_refused', at: now, clientId, signInId, address: mark, ip, because })
    return { status: 'REFUSED', definition: signInRefusals.notClosed, because }
  })
}

/** @returns `undefined` when there is nothing to open, or an operator has shut him out besides */
async function openAgain(
  tx: Tx,
  vault: Vault,
  caller: Caller,
  address: Address,
  signInId: string,
): Promise<Decision | undefined> {
  const found = await findByVerifiedAddress(tx, vault, address)
  if (found === undefined || found.closesAt === undefined) return undefined
  await takeTurns(tx, [`user ${found.id}`])
  if (await isDisabledByOperator(tx, found.id)) return undefined
  const by = { signInId, identityId: undefined, provedChannel: address.channel }
  const admitted = await admit(tx, caller, found, by, 'reopen')
  return isAdmitted(admitted) ? reopenAndLetIn(tx, vault, caller, found, by, admitted) : admitted
}

/** @returns `undefined` when his time is over, or somebody was faster */
export async function reopenAndLetIn(
  tx: Tx,
  vault: Vault,
  caller: Caller,
  closed: User,
  by: CameBy,
  admitted: Admission,
): Promise<Decision | undefined> {
  const { now, application, language, ip } = caller
  const { clientId } = application
  const { id: userId } = closed
  const { signInId, provedChannel } = by
  if (!(await reopenUser(tx, userId, now))) return undefined
  // A login that met the closing may have opened one, which was good for nothing until now.
  await endSessionsOf(tx, userId, { clientId, signInId, ip, because: 'the account was opened again' }, now)
  await record(tx, { kind: 'account_reopened', at: now, clientId, userId, signInId, ip })
  const to = (await listVerifiedAddressesOf(tx, vault, userId)).filter(
    ({ channel }) => channel !== provedChannel,
  )
  await queueNotice(tx, vault, { to, kind: 'account_reopened', application, language, at: now })
  const user = await findUser(tx, userId)
  return user && letIn(tx, caller, user, by, admitted)
}
