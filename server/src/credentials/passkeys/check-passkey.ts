import { timingSafeEqual } from 'node:crypto'
import { record } from '../../audit/index.ts'
import type { Tx } from '../../platform/db/index.ts'
import type { RefusalDefinition } from '../../platform/refusal.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import {
  type Ceremony,
  CHALLENGE_LIFETIME_MS,
  issueChallenge,
  useChallenge,
  userHandleOf,
} from './challenge.ts'
import { requireOwnPage } from './client-data.ts'
import { descriptorOf } from './enrol-passkey.ts'
import * as store from './passkey.store.ts'
import { passkeyRefusals } from './refusals.ts'
import { readRelyingParty, type RelyingParty, type RelyingPartyDeps } from './relying-party.ts'
import { whyNot } from './why-not.ts'
import type { AssertionResponse, RequestOptions } from './wire.ts'

/** To sign in, when nobody has said who he is, or as the second factor of a user in a sign-in that waits for it. */
export type AssertionCeremony = Ceremony &
  (
    | { readonly purpose: 'sign_in' }
    | { readonly purpose: 'second_factor'; readonly userId: string; readonly signInId: string }
  )

/**
 * Asks for a passkey: for any that the device has of ours, or for one of this user's.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {Refusal} `passkeysUnavailable`
 */
export async function startPasskeyAssertion(
  deps: RelyingPartyDeps & { readonly vault: Vault },
  ceremony: AssertionCeremony,
  now: number,
): Promise<RequestOptions> {
  const { rpId } = await readRelyingParty(deps)
  const { userId } = ceremony
  const own = userId === undefined ? [] : await store.listOf(deps.db, deps.vault, userId)
  return {
    challenge: await issueChallenge(deps.db, ceremony, now),
    rpId,
    timeout: CHALLENGE_LIFETIME_MS,
    allowCredentials: own.map(descriptorOf),
    userVerification: 'required',
  }
}

/** A passkey whose signature is right. It counts once `acceptPasskey` has said so. */
export interface RightPasskey {
  readonly isRight: true
  readonly userId: string
  readonly passkeyId: string
  /** Always: without it no signature is right here. So it stands for two factors. */
  readonly userVerified: true
  readonly signCount: number
  readonly isBackedUp: boolean
}

export interface WrongPasskey {
  readonly isRight: false
  readonly definition: RefusalDefinition
  /** For the operator. */
  readonly because: string
  /** Whose it would have been, where that is known. */
  readonly userId?: string
}

/**
 * Looks whether a response is signed by a passkey that is enrolled here, for this ceremony. The challenge is used up
 * first. No transaction may be open: the signature takes a while.
 *
 * @throws {Refusal} `passkeysUnavailable`
 * @see docs/decisions/0023-passkeys.md
 */
export async function checkPasskeyAssertion(
  deps: RelyingPartyDeps,
  asked: AssertionCeremony & { readonly response: AssertionResponse },
  now: number,
): Promise<RightPasskey | WrongPasskey> {
  const relyingParty = await readRelyingParty(deps)
  const { response, ...ceremony } = asked
  const challenge = await useChallenge(deps.db, response.response.clientDataJSON, ceremony, now)
  if (challenge === undefined) return wrong('the challenge is not one for this ceremony, or not any more')
  const passkey = await store.findByCredentialId(deps.db, response.id)
  if (passkey === undefined) return wrong('no such passkey')
  const { userId } = passkey
  if (ceremony.userId !== undefined && ceremony.userId !== userId) return wrong('the passkey of another user')
  if (!isHandleOf(response, userId, ceremony.purpose)) return wrong('the user handle is not right', userId)
  try {
    const use = await verify(response, challenge, relyingParty, passkey.publicKey)
    return { isRight: true, userId, passkeyId: passkey.id, userVerified: true, ...use }
  } catch (error) {
    return wrong(whyNot(error), userId)
  }
}

function wrong(because: string, userId?: string): WrongPasskey {
  const { passkeyRefused: definition } = passkeyRefusals
  return { isRight: false, definition, because, ...(userId !== undefined && { userId }) }
}

/** @see Web Authentication, section 7.2, step 6: where nobody has said who he is it has to be there */
function isHandleOf(
  { response: { userHandle } }: AssertionResponse,
  userId: string,
  purpose: Ceremony['purpose'],
): boolean {
  if (userHandle === undefined || userHandle === null) return purpose === 'second_factor'
  const expected = userHandleOf(userId)
  const shown = Buffer.from(userHandle, 'base64url')
  return shown.length === expected.length && timingSafeEqual(shown, expected)
}

async function verify(
  response: AssertionResponse,
  expectedChallenge: string,
  { rpId, origins }: RelyingParty,
  publicKey: string,
): Promise<Pick<RightPasskey, 'signCount' | 'isBackedUp'>> {
  requireOwnPage(response.response.clientDataJSON)
  // Loaded by whoever uses it: it takes as much memory as a tenth of the server.
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
  const { userHandle: _, ...assertion } = response.response
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response: { ...response, response: assertion, clientExtensionResults: {} },
    expectedChallenge,
    expectedOrigin: [...origins],
    expectedRPID: rpId,
    requireUserVerification: true,
    // The count is compared where it is stored, in one statement with that.
    credential: {
      id: response.id,
      publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')),
      counter: 0,
    },
  })
  if (!verified) throw new Error('the signature is not right')
  const { newCounter, credentialBackedUp } = authenticationInfo
  return { signCount: newCounter, isBackedUp: credentialBackedUp }
}

/**
 * Accepts a passkey, in the transaction that lets its user in, and keeps what it says of itself. One whose count goes
 * backwards is refused and recorded, and its stored count stays.
 *
 * @param by where it was shown, as the audit tells it
 * @returns why it is not accepted; `undefined` when it is
 */
export async function acceptPasskey(
  tx: Tx,
  { passkeyId, userId, ...use }: RightPasskey,
  by: { readonly clientId: string; readonly signInId: string; readonly ip: string },
  now: number,
): Promise<string | undefined> {
  if (await store.recordUse(tx, passkeyId, use, now)) return undefined
  if (!(await store.exists(tx, passkeyId))) return 'it was removed meanwhile'
  const because = `the count of passkey ${passkeyId} did not grow: there may be a copy of it`
  await record(tx, { kind: 'passkey_cloned', at: now, userId, because, ...by })
  return because
}
