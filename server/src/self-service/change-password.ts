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
import { Refusal, type RefusalDefinition, type RefusalDetails } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { holdSession, sessionRefusals } from '../sessions/index.ts'
import { afterPasswordChange } from '../sign-in/index.ts'
import { type Address, type Channel, listVerifiedAddressesOf, markAddress } from '../users/index.ts'
import { checkVerificationCode, type Purpose, verificationRefusals } from '../verifications/index.ts'
import { byOwner, type Owner, requireFreshSession } from './owner.ts'

export interface ChangePasswordDeps {
  readonly db: Db
  readonly vault: Vault
  readonly passwordHashing: PasswordHashing
}

/** A "no" that commits what came before it. */
interface Refused {
  readonly definition: RefusalDefinition
  readonly details: RefusalDetails
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
  const { user, application } = owner
  await deps.passwordHashing.withPlace(async (turn) => {
    const prepared = await preparePassword(deps, turn, user, shown.newPassword)
    const refused = await inTransaction(db, async (tx): Promise<Refused | undefined> => {
      await holdOwn(tx, owner, now)
      const own = await listVerifiedAddressesOf(tx, vault, user.id)
      const address = own.find(({ channel }) => channel === shown.channel)
      const doubt =
        address === undefined
          ? 'he has no such verified address'
          : await whyNotProved(
              tx,
              vault,
              { ...shown, address, clientId: application.clientId },
              purposes,
              now,
            )
      if (doubt !== undefined)
        return refuseCode(tx, vault, { ...byOwner(owner), userId: user.id, address }, doubt, now)
      await setPassword(tx, vault, prepared, user.id, now)
      await followUp(tx, vault, owner, 'by himself, with a code', address, now)
      return undefined
    })
    if (refused !== undefined) throw new Refusal(refused.definition, refused.details)
  })
}

/** @returns why no code of these purposes is right; each that is open is guessed at, and paid for */
export async function whyNotProved(
  tx: Tx,
  vault: Vault,
  shown: { readonly address: Address; readonly clientId: string; readonly verifyCode: string },
  purposes: readonly Purpose[],
  now: number,
): Promise<string | undefined> {
  const { address, clientId, verifyCode } = shown
  const doubts: string[] = []
  for (const purpose of purposes) {
    const guess = { address, purpose, clientId, signInId: undefined, ownCodeOnly: false, verifyCode }
    const checked = await checkVerificationCode(tx, vault, guess, now)
    if (checked.isRight) return undefined
    doubts.push(checked.because)
  }
  return doubts.join(', ')
}

/** Records a wrong code; it stays paid. */
export async function refuseCode(
  tx: Tx,
  vault: Vault,
  by: {
    readonly clientId: string
    readonly ip: string
    readonly userId?: string
    readonly sessionId?: string
    readonly address: Address | undefined
  },
  because: string,
  now: number,
): Promise<Refused> {
  const { address, ...who } = by
  await record(tx, {
    ...who,
    kind: 'code_refused',
    at: now,
    because,
    ...(address !== undefined && { address: markAddress(vault, address) }),
  })
  return { definition: verificationRefusals.codeIncorrect, details: { because } }
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
