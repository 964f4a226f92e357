import { record } from '../audit/index.ts'
import {
  type Connection,
  connectionRefusals,
  findSwitchedOnConnection,
  type PhoneButton,
} from '../connections/index.ts'
import type { Db } from '../platform/db/index.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import type { Address } from '../users/index.ts'
import type { Caller } from './caller.ts'
import type { SignInResult } from './conclude.ts'
import { findSignInToProve, keyOfSignIn } from './find-open-sign-in.ts'
import { finishSignIn } from './finish-sign-in.ts'
import { signInRefusals } from './refusals.ts'
import type { OpenSignIn } from './sign-in.store.ts'
import type { ProofKind } from './steps.ts'

export interface PhoneButtonDeps {
  readonly db: Db
  readonly vault: Vault
  readonly phoneButton: PhoneButton
}

export interface PhoneBindRequest {
  readonly caller: Caller
  readonly stateToken: string | undefined
  /** `register`: a person whose mobile nobody has verified becomes a user. */
  readonly proof: ProofKind
  /** What WeChat's phone button gave the mini program. */
  readonly phoneCode: string
}

/**
 * Finishes a sign-in by the mobile number that WeChat vouches for.
 *
 * The state token is looked at before WeChat is called, so that nobody without one learns anything of a code
 * or uses it up, and again in the transaction, because WeChat may take seconds. WeChat is asked by the mini
 * program that the sign-in came by; another one of the application is none of its business.
 *
 * @throws {Refusal} `stateTokenRefused`, `sourceNotSwitchedOn`, those of the phone button, those of `finishSignIn`
 */
export async function bindByPhoneButton(
  deps: PhoneButtonDeps,
  request: PhoneBindRequest,
): Promise<SignInResult> {
  const { caller, proof, stateToken, phoneCode } = request
  const { clientId } = caller.application
  const key = keyOfSignIn(deps.vault, stateToken, clientId, caller.now)
  const signIn = await findSignInToProve(deps.db, key, proof, caller.now)
  const { connectionId } = signIn.identity
  const connection = await findSwitchedOnConnection(deps.db, clientId, connectionId)
  if (connection === undefined) {
    throw new Refusal(signInRefusals.stateTokenRefused, { because: 'the connection was switched off' })
  }
  if (!connection.hasPhoneButton)
    throw new Refusal(signInRefusals.sourceNotSwitchedOn, { because: 'it has no phone button' })

  const address = await proveAddress(deps, caller, signIn, connection, phoneCode)
  return finishSignIn(deps, { caller, signIn, proof, shownBy: { kind: 'source', address } })
}

/** A "no" of WeChat belongs to the story of this sign-in; which code it was about, to nobody. */
async function proveAddress(
  { db, phoneButton }: PhoneButtonDeps,
  caller: Caller,
  signIn: OpenSignIn,
  connection: Connection,
  phoneCode: string,
): Promise<Address> {
  const { application, ip, now } = caller
  try {
    return await phoneButton.proveAddress(connection, phoneCode, { ip, now, clientId: application.clientId })
  } catch (error) {
    if (error instanceof Refusal && error.definition !== connectionRefusals.phoneButtonBusy) {
      await record(db, {
        kind: 'phone_refused',
        at: now,
        clientId: application.clientId,
        signInId: signIn.id,
        connectionId: connection.id,
        ip,
        because: error.details.because ?? error.definition.code,
      })
    }
    throw error
  }
}
