import { record } from '../audit/index.ts'
import type { Db } from '../platform/db/index.ts'
import { randomId } from '../platform/secrets.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type Address, markAddress } from '../users/index.ts'
import { checkVerificationCode, purposeOf, verificationRefusals } from '../verifications/index.ts'
import type { Caller } from './caller.ts'
import { conclude, type SignInResult } from './conclude.ts'
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
  const { clientId } = caller.application
  const signInId = randomId()
  return conclude(deps, caller, async (tx) => {
    const checked = await checkVerificationCode(
      tx,
      deps.vault,
      {
        address,
        purpose: purposeOf('login', address.channel),
        clientId,
        signInId: undefined,
        ownCodeOnly: false,
        verifyCode,
      },
      caller.now,
    )
    if (checked.isRight) return enterWithAddress(tx, deps.vault, { caller, address, signInId })
    const { because } = checked
    await record(tx, {
      kind: 'code_refused',
      at: caller.now,
      clientId,
      signInId,
      address: markAddress(deps.vault, address),
      ip: caller.ip,
      because,
    })
    return { status: 'REFUSED', definition: verificationRefusals.codeIncorrect, because }
  })
}
