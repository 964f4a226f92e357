import { record } from '../audit/index.ts'
import { type PasswordHashing, prepareFirstPassword, type SavePassword } from '../credentials/index.ts'
import { type Db, takeTurns, type Tx } from '../platform/db/index.ts'
import { readPolicy } from '../platform/policy/index.ts'
import type { RefusalDefinition } from '../platform/refusal.ts'
import { orderedId } from '../platform/secrets.ts'
import type { Vault } from '../platform/vault/vault.ts'
import {
  type Address,
  checkRegistration,
  findByVerifiedAddress,
  findUserByName,
  type GivenAttributes,
  markAddress,
  type Profile,
  readAttributeRules,
  turnsOfUser,
  userRefusals,
} from '../users/index.ts'
import { checkVerificationCode, giveCodeBack, purposeOf } from '../verifications/index.ts'
import type { Caller } from './caller.ts'
import { conclude, type Decision, type Refused, refusedCode, type SignInResult } from './conclude.ts'
import { enter } from './enter.ts'
import { signInRefusals } from './refusals.ts'
import { registerUser } from './register-user.ts'
import { registration } from './registration.ts'

export interface RegisterDeps {
  readonly db: Db
  readonly vault: Vault
  readonly passwordHashing: PasswordHashing
}

export interface RegisterRequest {
  readonly address: Address
  readonly verifyCode: string
  readonly password: string | undefined
  readonly given: GivenAttributes
}

interface Registration extends RegisterRequest {
  readonly caller: Caller
  readonly signInId: string
  readonly profile: Profile
  readonly savePassword: SavePassword | undefined
}

/**
 * Makes a user of a person who proves an address, and signs him in.
 *
 * What he says of himself is looked at first: it tells nothing of anybody else, and a code that is not used yet is
 * good for the next try. The rest is one transaction. Who has the address already is told so only after a right
 * code, which is used then, and nothing of that user changes. A user name that is taken costs one of the code's
 * five tries and no more: the person can choose another one, and a stranger has to prove an address for every
 * five names that he asks about.
 *
 * @throws {Refusal} `codeIncorrect`, `registrationClosed`, `emailNotRegistered`, `mobileRegistered`,
 *   `emailRegistered`, `userNameTaken`, those of `checkRegistration`, and those about the password
 * @see docs/decisions/0020-user-attributes.md
 */
export async function register(
  deps: RegisterDeps,
  caller: Caller,
  request: RegisterRequest,
): Promise<SignInResult> {
  const { address, password } = request
  const profile = checkRegistration(await readAttributeRules(deps.db), request.given)
  const { userName, name } = profile
  const savePassword =
    password === undefined
      ? undefined
      : await prepareFirstPassword(deps, password, { userName, name, address })
  const signInId = orderedId(caller.now)
  return conclude(deps, caller, (tx) =>
    proveAndRegister(tx, deps.vault, { ...request, caller, signInId, profile, savePassword }),
  )
}

async function proveAndRegister(tx: Tx, vault: Vault, asked: Registration): Promise<Decision> {
  const { caller, address, profile, signInId, verifyCode } = asked
  const guess = {
    address,
    purposes: [purposeOf('register', address.channel)],
    clientId: caller.application.clientId,
    verifyCode,
  }
  const by = { signInId, ip: caller.ip }
  const checked = await checkVerificationCode(tx, vault, guess, by, caller.now)
  if (!checked.isRight) return refusedCode(checked.because)

  await takeTurns(tx, turnsOfUser(vault, { ...profile, addresses: [{ address, isVerified: true }] }))
  const refuseAs = (definition: RefusalDefinition, because: string) =>
    refuse(tx, vault, asked, definition, because)
  const isMobile = address.channel === 'sms'
  if ((await findByVerifiedAddress(tx, vault, address)) !== undefined) {
    const definition = isMobile ? userRefusals.mobileRegistered : userRefusals.emailRegistered
    return refuseAs(definition, 'another user has verified it')
  }
  if (!(await readPolicy(tx, registration)).open) {
    const definition = isMobile ? signInRefusals.registrationClosed : signInRefusals.emailNotRegistered
    return refuseAs(definition, 'registration is not open')
  }
  if (profile.userName !== undefined && (await findUserByName(tx, profile.userName)) !== undefined) {
    await giveCodeBack(tx, checked.verificationId)
    return refuseAs(userRefusals.userNameTaken, 'the user name is taken')
  }

  const user = await registerUser(tx, vault, caller, signInId, address, profile)
  await asked.savePassword?.(tx, user.id, caller.now)
  return enter(tx, caller, user, { signInId, identityId: undefined, provedChannel: address.channel })
}

async function refuse(
  tx: Tx,
  vault: Vault,
  { caller, signInId, address }: Registration,
  definition: RefusalDefinition,
  because: string,
): Promise<Refused> {
  await record(tx, {
    kind: 'sign_in_refused',
    at: caller.now,
    clientId: caller.application.clientId,
    signInId,
    address: markAddress(vault, address),
    ip: caller.ip,
    because,
  })
  return { status: 'REFUSED', definition, because }
}
