import type { Db } from '../platform/db/index.ts'
import { orderedId } from '../platform/secrets.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type Address, findByVerifiedAddress } from '../users/index.ts'
import { checkVerificationCode, purposeOf } from '../verifications/index.ts'
import type { Caller } from './caller.ts'
import { conclude, refusedCode, type SignInResult } from './conclude.ts'
import { enterWithAddress } from './login-with-address.ts'

/**
 * Signs a person in by a code that was sent to an address.
 *
 * One transaction: a wrong code commits the guess that it paid; a right one is used, whether its owner comes in
 * or not.
 *
 * @throws {Refusal} `codeIncorrect`, `registrationClosed`, `emailNotRegistered`
 */
export async function loginByCode(
  deps: { readonly db: Db; readonly vault: Vault },
  caller: Caller,
  shown: { readonly address: Address; readonly verifyCode: string },
): Promise<SignInResult> {
  const { address, verifyCode } = shown
  const signInId = orderedId(caller.now)
  return conclude(deps, caller, async (tx) => {
    const guess = {
      address,
      purposes: [purposeOf('login', address.channel)],
      clientId: caller.application.clientId,
      verifyCode,
    }
    const by = { signInId, ip: caller.ip }
    const [checked, known] = await Promise.all([
      checkVerificationCode(tx, deps.vault, guess, by, caller.now),
      findByVerifiedAddress(tx, deps.vault, address),
    ])
    return checked.isRight
      ? enterWithAddress(tx, deps.vault, { caller, address, known, signInId })
      : refusedCode(checked.because)
  })
}
