import type { Application } from '../applications/index.ts'
import { record } from '../audit/index.ts'
import { preparePassword, setPassword } from '../credentials/index.ts'
import { inTransaction, type Tx } from '../platform/db/index.ts'
import { type Language, Refusal, type RefusalDefinition } from '../platform/refusal.ts'
import { afterPasswordChange, signInRefusals } from '../sign-in/index.ts'
import { type Address, findByVerifiedAddress, markAddress } from '../users/index.ts'
import { checkVerificationCode, purposeOf, verificationRefusals } from '../verifications/index.ts'
import type { ChangePasswordDeps } from './change-password.ts'

/** Somebody who has forgotten his password, and where. */
export interface Forgetful {
  readonly application: Application
  readonly language: Language
  readonly ip: string
  readonly address: Address
}

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
      const purposes = [purposeOf('reset_password', address.channel)]
      const guess = { address, purposes, clientId, verifyCode: shown.verifyCode }
      const checked = await checkVerificationCode(tx, vault, guess, { ip }, now)
      if (!checked.isRight) {
        return { definition: verificationRefusals.codeIncorrect, because: checked.because }
      }
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
    if (refused !== undefined) throw new Refusal(refused.definition, { because: refused.because })
  })
}

/** The code stays used. */
async function refuseStranger(
  tx: Tx,
  { vault }: ChangePasswordDeps,
  { application, address, ip }: Forgetful,
  now: number,
): Promise<{ definition: RefusalDefinition; because: string }> {
  const because = 'nobody verified it'
  await record(tx, {
    kind: 'password_refused',
    at: now,
    clientId: application.clientId,
    address: markAddress(vault, address),
    ip,
    because,
  })
  return { definition: signInRefusals.noSuchUser, because }
}
