import { record } from '../audit/index.ts'
import {
  acceptPassword,
  checkPassword,
  credentialRefusals,
  hasPassword,
  type HashTurn,
  type PasswordHashing,
  preparePassword,
  type RightPassword,
  setPassword,
} from '../credentials/index.ts'
import { type Db, inTransaction, type Tx } from '../platform/db/index.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { holdSession, sessionRefusals } from '../sessions/index.ts'
import { afterPasswordChange, proveOwnAddress } from '../sign-in/index.ts'
import type { Address, Channel } from '../users/index.ts'
import { type Purpose, verificationRefusals } from '../verifications/index.ts'
import { byOwner, type Owner, requireFreshSession } from './owner.ts'

export interface ChangePasswordDeps {
  readonly db: Db
  readonly vault: Vault
  readonly passwordHashing: PasswordHashing
}

/**
 * Gives a signed-in user a new password, or his first one.
 *
 * The old one is guessed at the price of a login. Whoever has none must have signed in a moment ago: a found
 * id_token is good for minutes, and would become a way in for good.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {Refusal} `oldPasswordMissing`, `passwordIncorrect`, `locked`, `signInAgain`, `idTokenRefused`, and those of
 *   a new password
 */
export async function changePassword(
  deps: ChangePasswordDeps,
  owner: Owner,
  shown: { readonly oldPassword: string | undefined; readonly newPassword: string },
  now: number,
): Promise<void> {
  const { db, vault } = deps
  const { user } = owner
  if (shown.oldPassword === undefined) {
    if (await hasPassword(db, user.id)) throw new Refusal(credentialRefusals.oldPasswordMissing)
    requireFreshSession(owner, now)
  }
  await deps.passwordHashing.withPlace(async (turn) => {
    const right = await checkOld(deps, turn, owner, shown.oldPassword, now)
    const prepared = await preparePassword(deps, turn, user, shown.newPassword)
    await inTransaction(db, async (tx) => {
      await holdOwn(tx, owner, now)
      if (right !== undefined && !(await acceptPassword(tx, vault, { ...right, ownHash: undefined }))) {
        throw new Refusal(credentialRefusals.passwordChangedMeanwhile)
      }
      await setPassword(tx, vault, prepared, user.id, now)
      await followUp(tx, vault, owner, 'by himself', undefined, now)
    })
  })
}

/**
 * Gives a signed-in user a new password, for which a code to an own address pays.
 *
 * @param purposes of the codes that are taken
 * @param now milliseconds since the Unix epoch
 * @throws {Refusal} `codeIncorrect`, `idTokenRefused`, and those of a new password
 */
export async function changePasswordByCode(
  deps: ChangePasswordDeps,
  owner: Owner,
  shown: { readonly channel: Channel; readonly verifyCode: string; readonly newPassword: string },
  purposes: readonly Purpose[],
  now: number,
): Promise<void> {
  const { db, vault } = deps
  const { user } = owner
  await deps.passwordHashing.withPlace(async (turn) => {
    const prepared = await preparePassword(deps, turn, user, shown.newPassword)
    const doubt = await inTransaction(db, async (tx): Promise<string | undefined> => {
      await holdOwn(tx, owner, now)
      const { channel, verifyCode } = shown
      const { clientId, ...by } = byOwner(owner)
      const code = { userId: user.id, channel, purposes, clientId, verifyCode }
      const proved = await proveOwnAddress(tx, vault, code, by, now)
      if (!proved.isRight) return proved.because
      await setPassword(tx, vault, prepared, user.id, now)
      await followUp(tx, vault, owner, 'by himself, with a code', proved.address, now)
      return undefined
    })
    if (doubt !== undefined) throw new Refusal(verificationRefusals.codeIncorrect, { because: doubt })
  })
}

async function checkOld(
  deps: ChangePasswordDeps,
  turn: HashTurn,
  owner: Owner,
  oldPassword: string | undefined,
  now: number,
): Promise<RightPassword | undefined> {
  if (oldPassword === undefined) return undefined
  const { user } = owner
  const checked = await checkPassword(deps, turn, { at: { userId: user.id }, password: oldPassword }, now)
  if (checked.isRight) return checked
  const { because } = checked.details
  await record(deps.db, { kind: 'password_refused', at: now, userId: user.id, because, ...byOwner(owner) })
  throw new Refusal(checked.definition, checked.details)
}

/** Whoever changes a password has to be in still. */
async function holdOwn(tx: Tx, { session }: Owner, now: number): Promise<void> {
  if (!(await holdSession(tx, session.id, now))) throw new Refusal(sessionRefusals.idTokenRefused)
}

function followUp(
  tx: Tx,
  vault: Vault,
  owner: Owner,
  because: string,
  provedBy: Address | undefined,
  now: number,
): Promise<void> {
  const { user, application, language, session } = owner
  const change = {
    userId: user.id,
    by: { ...byOwner(owner), because },
    told: { application, language },
    provedBy,
    keptSessionId: session.id,
  }
  return afterPasswordChange(tx, vault, change, now)
}
