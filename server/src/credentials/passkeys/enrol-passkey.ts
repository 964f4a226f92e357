import type { Tx } from '../../platform/db/index.ts'
import { Refusal } from '../../platform/refusal.ts'
import { randomId } from '../../platform/secrets.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import { makeRecoveryCodes } from '../recovery-codes.ts'
import { hasSecondFactor } from '../second-factor.ts'
import { CHALLENGE_LIFETIME_MS, issueChallenge, useChallenge, userHandleOf } from './challenge.ts'
import { requireOwnPage } from './client-data.ts'
import * as store from './passkey.store.ts'
import { passkeyRefusals } from './refusals.ts'
import { readRelyingParty, type RelyingPartyDeps } from './relying-party.ts'
import type { CreationOptions, CreationResponse } from './wire.ts'
import { whyNot } from './why-not.ts'

/** More than anybody has devices, and few enough to be sent along in the options. */
const MAX_PASSKEYS = 20

/** EdDSA, ES256, RS256. @see RFC 9053 and RFC 8812 */
const ALGORITHMS = [-8, -7, -257]

export interface EnrolDeps extends RelyingPartyDeps {
  readonly vault: Vault
}

/**
 * Begins to enrol a passkey for a user.
 *
 * @param user with the name by which his device is to show it
 * @param now milliseconds since the Unix epoch
 * @throws {Refusal} `tooManyPasskeys`, `passkeysUnavailable`
 */
export async function startPasskeyEnrolment(
  deps: EnrolDeps,
  user: { readonly userId: string; readonly shownName: string; readonly clientId: string },
  now: number,
): Promise<CreationOptions> {
  const { rpId, name } = await readRelyingParty(deps)
  const { userId, shownName, clientId } = user
  const own = await store.listOf(deps.db, deps.vault, userId)
  if (own.length >= MAX_PASSKEYS) throw tooMany()
  return {
    challenge: await issueChallenge(deps.db, { purpose: 'enrol', clientId, userId }, now),
    rp: { id: rpId, name },
    user: { id: userHandleOf(userId).toString('base64url'), name: shownName, displayName: shownName },
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    timeout: CHALLENGE_LIFETIME_MS,
    excludeCredentials: own.map(descriptorOf),
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
    attestation: 'none',
  }
}

export function descriptorOf({ credentialId, transports }: store.ListedPasskey) {
  return { id: credentialId, type: 'public-key' as const, transports: [...transports] }
}

/** A passkey that was proved to be in its user's hands, and is not his yet. */
export interface ProvenPasskey extends store.PasskeyKey {
  readonly userId: string
  readonly name: string
}

/**
 * Verifies what an authenticator says of the passkey that it made. No transaction may be open: it takes a while.
 *
 * @throws {Refusal} `passkeyRefused`, `passkeysUnavailable`
 */
export async function finishPasskeyEnrolment(
  deps: RelyingPartyDeps,
  shown: {
    readonly userId: string
    readonly clientId: string
    readonly name: string
    readonly response: CreationResponse
  },
  now: number,
): Promise<ProvenPasskey> {
  const { rpId, origins } = await readRelyingParty(deps)
  const { userId, clientId, name, response } = shown
  const ceremony = { purpose: 'enrol', clientId, userId } as const
  const challenge = await useChallenge(deps.db, response.response.clientDataJSON, ceremony, now)
  if (challenge === undefined) throw refused('the challenge is not one for this enrolment, or not any more')
  const key = await verify(response, challenge, rpId, origins)
  return { ...key, userId, name }
}

async function verify(
  response: CreationResponse,
  expectedChallenge: string,
  expectedRPID: string,
  origins: readonly string[],
): Promise<store.PasskeyKey> {
  try {
    requireOwnPage(response.response.clientDataJSON)
    // Loaded by whoever uses it: it takes as much memory as a tenth of the server.
    const { verifyRegistrationResponse } = await import('@simplewebauthn/server')
    await requireNoCertificates(response.response.attestationObject)
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: {
        ...response,
        response: { ...response.response, transports: [] },
        clientExtensionResults: {},
      },
      expectedChallenge,
      expectedOrigin: [...origins],
      expectedRPID,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    })
    if (!verified) throw new Error('the attestation is not right')
    const { credential, credentialBackedUp, credentialDeviceType } = registrationInfo
    if (credential.id !== response.id) throw new Error('the response is about two credentials')
    return {
      credentialId: credential.id,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      signCount: credential.counter,
      isBackedUp: credentialBackedUp,
      deviceType: credentialDeviceType,
      transports: response.response.transports ?? [],
    }
  } catch (error) {
    throw refused(whyNot(error))
  }
}

/**
 * We ask for no attestation and get none, or one that the key itself signed. Another one names certificates whose
 * revocation would be looked up on a server of the caller's choice.
 */
async function requireNoCertificates(attestationObject: string): Promise<void> {
  const { decodeAttestationObject } = await import('@simplewebauthn/server/helpers')
  const attestation = decodeAttestationObject(new Uint8Array(Buffer.from(attestationObject, 'base64url')))
  const format = attestation.get('fmt')
  const isBySelf = format === 'packed' && attestation.get('attStmt').get('x5c') === undefined
  if (format !== 'none' && !isBySelf) throw new Error('an attestation that nobody asked for')
}

function refused(because: string): Refusal {
  return new Refusal(passkeyRefusals.passkeyRefused, { because })
}

function tooMany(): Refusal {
  return new Refusal(passkeyRefusals.tooManyPasskeys, { values: [String(MAX_PASSKEYS)] })
}

export interface EnrolledPasskey {
  readonly id: string
  /** Told once, with the first second factor of its user; `undefined` for whoever had one before. */
  readonly recoveryCodes: readonly string[] | undefined
}

/**
 * Makes a passkey the user's, in a transaction about which nothing else decides for him.
 *
 * @throws {Refusal} `tooManyPasskeys`, `passkeyEnrolledAlready`
 */
export async function enrolPasskey(
  tx: Tx,
  vault: Vault,
  passkey: ProvenPasskey,
  now: number,
): Promise<EnrolledPasskey> {
  const { userId } = passkey
  if ((await store.count(tx, userId)) >= MAX_PASSKEYS) throw tooMany()
  const isFirst = !(await hasSecondFactor(tx, userId))
  const id = randomId()
  if (!(await store.insert(tx, vault, { ...passkey, id }, now))) {
    throw new Refusal(passkeyRefusals.passkeyEnrolledAlready)
  }
  return { id, recoveryCodes: isFirst ? await makeRecoveryCodes(tx, vault, userId, now) : undefined }
}
