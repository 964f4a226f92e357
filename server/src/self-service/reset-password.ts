import type { Application } from '../applications/index.ts'
import { record } from '../audit/index.ts'
import { preparePassword, setPassword } from '../credentials/index.ts'
import { inTransaction, type Tx } from '../platform/db/index.ts'
import { type Language, Refusal, type RefusalDefinition, type RefusalDetails } from '../platform/refusal.ts'
import { afterPasswordChange, signInRefusals } from '../sign-in/index.ts'
import { type Address, findByVerifiedAddress, markAddress } from '../users/index.ts'
import type { Purpose } from '../verifications/index.ts'
import { type ChangePasswordDeps, refuseCode, whyNotProved } from './change-password.ts'

/** Somebody who has forgotten his password, and where. */
export interface Forgetful {
  readonly application: Application
  readonly language: Language
  readonly ip: string
  readonly address: Address
}

const purposes = { sms: ['FORGET_PWD_SMS'], email: ['FORGET_PWD_EMS'] } as const satisfies Record<
  Address['channel'],
  readonly Purpose[]
>

/**
 * Gives whoever proves an address a new password. All his sessions end, and he signs in with it.
 *
 * That nobody has verified the address is told only after a right code, and before that it costs the same. A new
 * password that may not be his leaves a right code unspent.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {Refusal} `codeIncorrect`, `noSuchUser`, and those of a new password
 */
export async function resetPassword(
  deps: ChangePasswordDeps,
  forgetful: Forgetful,
  shown: { readonly verifyCode: string; readonly newPassword: string },
  now: number,
): Promise<void> {
  const { db, vault } = deps
  const { address, application, language, ip } = forgetful
  const { clientId } = application
  await deps.passwordHashing.withPlace(async (turn) => {
    const meant = await findByVerifiedAddress(db, vault, address)
    const prepared = await preparePassword(deps, turn, meant, shown.newPassword)
    const refused = await inTransaction(db, async (tx) => {
      const guess = { address, clientId, verifyCode: shown.verifyCode }
      const doubt = await whyNotProved(tx, vault, guess, purposes[address.channel], now)
      if (doubt !== undefined) return refuseCode(tx, vault, { clientId, ip, address }, doubt, now)
      const user = await findByVerifiedAddress(tx, vault, address)
      if (user === undefined) return refuseStranger(tx, deps, forgetful, now)
      await setPassword(tx, vault, prepared, user.id, now)
      const change = {
        userId: user.id,
        by: { clientId, ip, because: 'forgotten, set anew with a code' },
        told: { application, language },
        provedBy: address,
      }
      await afterPasswordChange(tx, vault, change, now)
      return undefined
    })
    if (refused !== undefined) throw new Refusal(refused.definition, refused.details)
  })
}

/** The code stays used. */
async function refuseStranger(
  tx: Tx,
  { vault }: ChangePasswordDeps,
  { application, address, ip }: Forgetful,
  now: number,
): Promise<{ definition: RefusalDefinition; details: RefusalDetails }> {
  const because = 'nobody verified it'
  await record(tx, {
    kind: 'password_refused',
    at: now,
    clientId: application.clientId,
    address: markAddress(vault, address),
    ip,
    because,
  })
  return { definition: signInRefusals.noSuchUser, details: { because } }
}
