import {
  type CreationResponse,
  enrolPasskey,
  type EnrolDeps,
  type EnrolledPasskey,
  finishPasskeyEnrolment,
  hasSecondFactor,
  passkeyRefusals,
  removePasskey,
  renamePasskey,
  startPasskeyEnrolment,
} from '../credentials/index.ts'
import { Refusal } from '../platform/refusal.ts'
import { accountNameOf } from '../users/index.ts'
import { asProvenOwner, followUp } from './as-proven-owner.ts'
import { type Owner, requireProvenOwner } from './owner.ts'

export type OwnPasskeysDeps = EnrolDeps

const BY_HIMSELF = 'passkey, by himself'

/**
 * Begins to enrol a passkey. The device shows it by the owner's masked address: what is kept there may be seen by
 * others, and a user name that we made says nothing to him.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {Refusal} `signInAgain`, `signInWithSecondFactor`, `tooManyPasskeys`, `passkeysUnavailable`
 */
export async function askForNewPasskey(deps: OwnPasskeysDeps, owner: Owner, now: number) {
  const { user, application } = owner
  requireProvenOwner(owner, await hasSecondFactor(deps.db, user.id), now)
  const shownName = await accountNameOf(deps.db, deps.vault, user)
  return startPasskeyEnrolment(deps, { userId: user.id, shownName, clientId: application.clientId }, now)
}

/**
 * Makes the passkey that a device has made the owner's.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {Refusal} `signInAgain`, `signInWithSecondFactor`, `idTokenRefused` when the session ended meanwhile, and
 *   those of the credential
 */
export async function enrolOwnPasskey(
  deps: OwnPasskeysDeps,
  owner: Owner,
  shown: { readonly name: string; readonly response: CreationResponse },
  now: number,
): Promise<EnrolledPasskey> {
  const { user, application } = owner
  requireProvenOwner(owner, await hasSecondFactor(deps.db, user.id), now)
  const request = { ...shown, userId: user.id, clientId: application.clientId }
  const passkey = await finishPasskeyEnrolment(deps, request, now)
  return asProvenOwner(deps.db, owner, now, async (tx) => {
    const enrolled = await enrolPasskey(tx, deps.vault, passkey, now)
    await followUp(tx, deps.vault, owner, 'factor_enrolled', BY_HIMSELF, now)
    return enrolled
  })
}

/** @throws {Refusal} `signInAgain`, `signInWithSecondFactor`, `noSuchPasskey`, `idTokenRefused` */
export function renameOwnPasskey(
  { db, vault }: OwnPasskeysDeps,
  owner: Owner,
  { id, name }: { readonly id: string; readonly name: string },
  now: number,
): Promise<void> {
  return asProvenOwner(db, owner, now, async (tx) => {
    const isRenamed = await renamePasskey(tx, vault, { id, userId: owner.user.id }, name)
    if (!isRenamed) throw new Refusal(passkeyRefusals.noSuchPasskey)
  })
}

/**
 * Removes a passkey: from here on it lets nobody in. It is never the last way in: whoever enrolled it came in another
 * way, and that one is not given up for it.
 *
 * @throws {Refusal} `signInAgain`, `signInWithSecondFactor`, `noSuchPasskey`, `idTokenRefused`
 */
export function removeOwnPasskey(
  { db, vault }: OwnPasskeysDeps,
  owner: Owner,
  id: string,
  now: number,
): Promise<void> {
  return asProvenOwner(db, owner, now, async (tx) => {
    await removePasskey(tx, vault, { id, userId: owner.user.id })
    await followUp(tx, vault, owner, 'factor_removed', BY_HIMSELF, now)
  })
}
