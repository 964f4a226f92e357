import { checkTotp, confirmTotp, useRecoveryCode, type WrongFactorCode } from '../credentials/index.ts'
import { record } from '../audit/index.ts'
import type { Tx } from '../platform/db/index.ts'
import { afterFactorChange } from './after-factor-change.ts'
import type { Caller } from './caller.ts'
import type { Refused, SignInResult } from './conclude.ts'
import { passSecondFactor } from './pass-second-factor.ts'
import type { SecondFactorSignIn } from './sign-in.store.ts'
import type { UsableFactorsDeps } from './usable-factors.ts'

interface ShownCode {
  readonly code: string
  readonly trustsDevice: boolean
}

/**
 * Passes a second factor by a code of an authenticator app; one that was set up in this sign-in is enrolled by it.
 *
 * @throws {Refusal} `factorCodeIncorrect`, `factorLocked`, `enrolmentExpired`, and those of `passSecondFactor`
 */
export async function passByTotp(
  deps: UsableFactorsDeps,
  caller: Caller,
  stateToken: string | undefined,
  { code, trustsDevice }: ShownCode,
): Promise<SignInResult> {
  const { vault } = deps
  return passSecondFactor(deps, caller, stateToken, {
    factors: ['totp', 'enrol'],
    trustsDevice,
    async prove(tx, signIn, factor) {
      const shown = { userId: signIn.userId, code }
      if (factor === 'totp') {
        const checked = await checkTotp(tx, vault, shown, caller.now)
        return checked.isRight ? {} : refuse(tx, caller, signIn, checked)
      }
      const confirmed = await confirmTotp(tx, vault, shown, caller.now)
      if (!confirmed.isRight) return refuse(tx, caller, signIn, confirmed)
      const { clientId } = caller.application
      const by = {
        clientId,
        signInId: signIn.id,
        ip: caller.ip,
        because: 'totp, in a sign-in that wanted one',
      }
      const change = { kind: 'factor_enrolled', userId: signIn.userId, by, told: caller } as const
      await afterFactorChange(tx, vault, { ...change, keptSignInId: signIn.id }, caller.now)
      return { recoveryCodes: confirmed.recoveryCodes }
    },
  })
}

/**
 * Passes a second factor by one of the codes that its user wrote down.
 *
 * @throws {Refusal} `factorCodeIncorrect`, `factorLocked`, and those of `passSecondFactor`
 */
export async function passByRecoveryCode(
  deps: UsableFactorsDeps,
  caller: Caller,
  stateToken: string | undefined,
  { code, trustsDevice }: ShownCode,
): Promise<SignInResult> {
  return passSecondFactor(deps, caller, stateToken, {
    factors: ['recovery code'],
    trustsDevice,
    async prove(tx, signIn) {
      const checked = await useRecoveryCode(tx, deps.vault, { userId: signIn.userId, code }, caller.now)
      return checked.isRight ? {} : refuse(tx, caller, signIn, checked)
    },
  })
}

/** Records a wrong one; it stays paid. */
async function refuse(
  tx: Tx,
  { application, ip, now }: Caller,
  { id: signInId, userId }: SecondFactorSignIn,
  { definition, because, details }: WrongFactorCode,
): Promise<Refused> {
  const { clientId } = application
  await record(tx, { kind: 'second_factor_refused', at: now, clientId, userId, signInId, ip, because })
  return { status: 'REFUSED', definition, because, ...(details !== undefined && { details }) }
}
