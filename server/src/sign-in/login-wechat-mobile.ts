import { findConnection } from '../connections/index.ts'
import { Refusal } from '../platform/refusal.ts'
import { orderedId } from '../platform/secrets.ts'
import { findByVerifiedAddress } from '../users/index.ts'
import type { PhoneButtonDeps } from './bind-by-phone-button.ts'
import type { Caller } from './caller.ts'
import { conclude, type SignInResult } from './conclude.ts'
import { enterWithAddress } from './login-with-address.ts'
import { signInRefusals } from './refusals.ts'

/**
 * Signs a person in by the mobile number that WeChat vouches for. Nothing is kept of somebody whom WeChat does
 * not vouch for, and no identity is bound: WeChat says whose number it is, not which of its persons came.
 *
 * @throws {Refusal} `sourceNotSwitchedOn`, `registrationClosed`, those of the phone button
 */
export async function loginByPhoneButton(
  deps: PhoneButtonDeps,
  caller: Caller,
  phoneCode: string,
): Promise<SignInResult> {
  const { clientId } = caller.application
  const connection = await findConnection(deps.db, clientId, 'wechat-mini-program')
  if (connection === undefined) throw new Refusal(signInRefusals.sourceNotSwitchedOn)
  if (!connection.hasPhoneButton) {
    throw new Refusal(signInRefusals.sourceNotSwitchedOn, { because: 'it has no phone button' })
  }
  const { ip, now } = caller
  const address = await deps.phoneButton.proveAddress(connection, phoneCode, { ip, now, clientId })
  const arrival = { caller, address, signInId: orderedId(caller.now), connectionId: connection.id }
  return conclude(deps, caller, async (tx) => {
    const known = await findByVerifiedAddress(tx, deps.vault, address)
    return enterWithAddress(tx, deps.vault, { ...arrival, known })
  })
}
