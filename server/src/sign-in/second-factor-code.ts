import { record } from '../audit/index.ts'
import { type Address, listVerifiedAddressesOf, markAddress } from '../users/index.ts'
import { checkVerificationCode } from '../verifications/index.ts'
import type { Caller } from './caller.ts'
import { refusedCode, type SignInResult } from './conclude.ts'
import { passSecondFactor } from './pass-second-factor.ts'
import { factorPurposes } from './steps.ts'
import type { UsableFactorsDeps } from './usable-factors.ts'

/**
 * Passes a second factor by a code to an own address. Only to one of his own: where somebody else's stands, the answer
 * is that of a wrong code, and nothing is compared.
 *
 * @throws {Refusal} `codeIncorrect`, and those of `passSecondFactor`
 */
export async function passByCode(
  deps: UsableFactorsDeps,
  caller: Caller,
  stateToken: string | undefined,
  shown: { readonly address: Address; readonly verifyCode: string; readonly trustsDevice: boolean },
): Promise<SignInResult> {
  const { address, verifyCode, trustsDevice } = shown
  const { ip, now } = caller
  return passSecondFactor(deps, caller, stateToken, {
    factors: [address.channel],
    trustsDevice,
    async prove(tx, signIn) {
      const { id: signInId, userId, clientId } = signIn
      const own = await listVerifiedAddressesOf(tx, deps.vault, userId)
      if (!own.some(({ value }) => value === address.value)) {
        const because = 'not his own address'
        const mark = markAddress(deps.vault, address)
        await record(tx, {
          kind: 'code_refused',
          at: now,
          clientId,
          userId,
          signInId,
          address: mark,
          ip,
          because,
        })
        return refusedCode(because)
      }
      const guess = { address, purposes: factorPurposes[address.channel], clientId, signInId, verifyCode }
      const checked = await checkVerificationCode(tx, deps.vault, guess, { signInId, userId, ip }, now)
      return checked.isRight ? {} : refusedCode(checked.because)
    },
  })
}
