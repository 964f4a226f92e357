import {
  acceptPassword,
  checkPassword,
  passwordStateOf,
  preparePassword,
  type PasswordHashing,
  setPassword,
} from '../credentials/index.ts'
import type { Db, Tx } from '../platform/db/index.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type Address, type Channel, findUser, type User } from '../users/index.ts'
import { afterPasswordChange } from './after-password-change.ts'
import type { Caller } from './caller.ts'
import { conclude, type Decision, refusedCode, type SignInResult } from './conclude.ts'
import { enter } from './enter.ts'
import { findSignInOfPassword } from './find-open-sign-in.ts'
import { refusePassword } from './login-by-password.ts'
import { proveOwnAddress } from './prove-own-address.ts'
import { signInRefusals } from './refusals.ts'
import * as signIns from './sign-in.store.ts'
import { passwordPurposes, type PasswordStep } from './steps.ts'

export interface RenewPasswordDeps {
  readonly db: Db
  readonly vault: Vault
  readonly passwordHashing: PasswordHashing
}

/**
 * Completes a sign-in by a new password, which the old one pays for like any other guess.
 *
 * @throws {Refusal} `passwordStateTokenRefused`, `passwordIncorrect`, `locked`, and those of a new password
 */
export async function updatePassword(
  deps: RenewPasswordDeps,
  caller: Caller,
  stateToken: string | undefined,
  shown: { readonly oldPassword: string; readonly newPassword: string },
): Promise<SignInResult> {
  const { signIn, user } = await findWaiting(deps, caller, stateToken, 'update')
  return deps.passwordHashing.withPlace(async (turn) => {
    const guess = { at: { userId: user.id }, password: shown.oldPassword }
    const checked = await checkPassword(deps, turn, guess, caller.now)
    const prepared = checked.isRight ? await preparePassword(deps, turn, user, shown.newPassword) : undefined
    return conclude(deps, caller, async (tx) => {
      await holdWaiting(tx, signIn, caller)
      const told = { caller, signInId: signIn.id, userId: user.id }
      if (!checked.isRight || prepared === undefined) {
        return refusePassword(tx, deps.vault, told, checked.isRight ? checked.ifChanged : checked)
      }
      if (!(await acceptPassword(tx, deps.vault, { ...checked, ownHash: undefined }))) {
        return refusePassword(tx, deps.vault, told, checked.ifChanged)
      }
      await setPassword(tx, deps.vault, prepared, user.id, caller.now)
      return finish(tx, deps.vault, caller, signIn, undefined)
    })
  })
}

/**
 * Completes a sign-in by a new password, which a code to an own address pays for.
 *
 * A wrong code commits the guess that it paid. A new password that may not be leaves a right code unspent.
 *
 * @throws {Refusal} `passwordStateTokenRefused`, `codeIncorrect`, and those of a new password
 */
export async function updatePasswordByCode(
  deps: RenewPasswordDeps,
  caller: Caller,
  stateToken: string | undefined,
  shown: { readonly channel: Channel; readonly verifyCode: string; readonly newPassword: string },
): Promise<SignInResult> {
  const { signIn, user } = await findWaiting(deps, caller, stateToken, 'by code')
  return deps.passwordHashing.withPlace(async (turn) => {
    const prepared = await preparePassword(deps, turn, user, shown.newPassword)
    return conclude(deps, caller, async (tx): Promise<Decision> => {
      await holdWaiting(tx, signIn, caller)
      const shownCode = {
        userId: user.id,
        channel: shown.channel,
        purposes: [passwordPurposes[shown.channel]],
        clientId: signIn.clientId,
        signInId: signIn.id,
        verifyCode: shown.verifyCode,
      }
      const by = { signInId: signIn.id, ip: caller.ip }
      const proved = await proveOwnAddress(tx, deps.vault, shownCode, by, caller.now)
      if (!proved.isRight) return refusedCode(proved.because)
      await setPassword(tx, deps.vault, prepared, user.id, caller.now)
      return finish(tx, deps.vault, caller, signIn, proved.address)
    })
  })
}

/**
 * Completes a sign-in with the password as it is: it is still good for a while.
 *
 * @throws {Refusal} `passwordStateTokenRefused`, also when it has expired since
 */
export async function skipUpdate(
  deps: Pick<RenewPasswordDeps, 'db' | 'vault'>,
  caller: Caller,
  stateToken: string | undefined,
): Promise<SignInResult> {
  const { signIn } = await findWaiting(deps, caller, stateToken, 'skip')
  return conclude(deps, caller, async (tx) => {
    await holdWaiting(tx, signIn, caller)
    // `fine`: another one was set since; whoever showed the old one has to show that.
    if ((await passwordStateOf(tx, signIn.userId, caller.now)) !== 'warn') {
      throw stateTokenRefused('the password expired or was changed meanwhile')
    }
    return enterAndComplete(tx, caller, signIn)
  })
}

async function findWaiting(
  deps: Pick<RenewPasswordDeps, 'db' | 'vault'>,
  caller: Caller,
  stateToken: string | undefined,
  step: PasswordStep,
): Promise<{ signIn: signIns.PasswordSignIn; user: User }> {
  const { clientId } = caller.application
  const signIn = await findSignInOfPassword(deps, stateToken, clientId, step, caller.now)
  const user = await findUser(deps.db, signIn.userId)
  if (user === undefined) throw stateTokenRefused('its user was removed meanwhile')
  return { signIn, user }
}

async function holdWaiting(tx: Tx, signIn: signIns.PasswordSignIn, caller: Caller): Promise<void> {
  if (await signIns.hold(tx, signIn, caller.now)) return
  throw stateTokenRefused('completed, ended or replaced meanwhile')
}

async function finish(
  tx: Tx,
  vault: Vault,
  caller: Caller,
  signIn: signIns.PasswordSignIn,
  provedBy: Address | undefined,
): Promise<Decision> {
  const { application, language, ip } = caller
  const { clientId } = application
  const change = {
    userId: signIn.userId,
    by: { clientId, signInId: signIn.id, ip, because: `at a login, ${signIn.status}` },
    told: { application, language },
    provedBy,
  }
  await signIns.complete(tx, signIn.id, caller.now)
  await afterPasswordChange(tx, vault, change, caller.now)
  return enterAndComplete(tx, caller, signIn)
}

async function enterAndComplete(tx: Tx, caller: Caller, signIn: signIns.PasswordSignIn): Promise<Decision> {
  const user = await findUser(tx, signIn.userId)
  if (user === undefined) throw stateTokenRefused('its user was removed meanwhile')
  await signIns.complete(tx, signIn.id, caller.now)
  const { id: signInId, secondFactorAt } = signIn
  const entry = await enter(tx, caller, user, { signInId, identityId: undefined, secondFactorAt })
  if ('wants' in entry) throw stateTokenRefused('a second factor is wanted since')
  return entry
}

function stateTokenRefused(because: string): Refusal {
  return new Refusal(signInRefusals.passwordStateTokenRefused, { because })
}
