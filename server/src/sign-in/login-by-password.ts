import { record } from '../audit/index.ts'
import {
  acceptPassword,
  checkPassword,
  type GuessedAt,
  type PasswordHashing,
  passwordStateOf,
  type WrongPassword,
} from '../credentials/index.ts'
import type { Db, Tx } from '../platform/db/index.ts'
import { orderedId } from '../platform/secrets.ts'
import type { Vault } from '../platform/vault/vault.ts'
import {
  type Address,
  findByVerifiedAddress,
  findUser,
  findUserByName,
  markAddress,
  type User,
} from '../users/index.ts'
import type { Caller } from './caller.ts'
import { conclude, type Decision, type Refused, type SignInResult } from './conclude.ts'
import { admit, type Admission, type CameBy, isAdmitted, letIn } from './enter.ts'

export interface PasswordLoginDeps {
  readonly db: Db
  readonly vault: Vault
  readonly passwordHashing: PasswordHashing
}

/** By what somebody says who he is. */
export type LoginName = { readonly userName: string } | { readonly address: Address }

/**
 * Signs a person in by a password. An address counts only if its user has verified it.
 *
 * The guess is paid before it is compared, and commits by itself; so does what is decided afterwards. Nobody learns
 * from the answer, nor from the time that it takes, whether such a user exists, is disabled or has a password.
 *
 * @throws {Refusal} `passwordIncorrect`, `locked`
 * @throws {Error} with the status 503 when too many wait already; then nothing is paid
 * @see docs/decisions/0019-passwords.md
 */
export async function loginByPassword(
  deps: PasswordLoginDeps,
  caller: Caller,
  shown: { readonly name: LoginName; readonly password: string },
): Promise<SignInResult> {
  const { db, vault, passwordHashing } = deps
  const { name, password } = shown
  const signInId = orderedId(caller.now)
  return passwordHashing.withPlace(async (turn) => {
    const user = await findNamed(db, vault, name)
    const checked = await checkPassword(deps, turn, { at: guessedAt(user, name), password }, caller.now)
    return conclude(deps, caller, async (tx): Promise<Decision> => {
      const address = 'address' in name ? name.address : undefined
      const guess = { caller, signInId, userId: user?.id, address }
      if (!checked.isRight) return refusePassword(tx, vault, guess, checked)
      const present = await findUser(tx, checked.stored.userId)
      if (present === undefined || !(await acceptPassword(tx, vault, checked))) {
        return refusePassword(tx, vault, guess, checked.ifChanged)
      }
      return enterByPassword(tx, caller, present, signInId)
    })
  })
}

/** The end of a login by password: whoever may not come in, or not yet, hears of that first. */
async function enterByPassword(tx: Tx, caller: Caller, user: User, signInId: string): Promise<Decision> {
  const by = { signInId, identityId: undefined }
  const admitted = await admit(tx, caller, user, by, 'look at password')
  return isAdmitted(admitted) ? enterUnlessOld(tx, caller, user, by, admitted) : admitted
}

/** A password that is too old has to be changed before its user is in. */
export async function enterUnlessOld(
  tx: Tx,
  caller: Caller,
  user: User,
  by: CameBy,
  admitted: Admission,
): Promise<Decision> {
  const state = await passwordStateOf(tx, user.id, caller.now)
  if (state === 'fine') return letIn(tx, caller, user, by, admitted)
  const { signInId, isContinued = false, secondFactorAt } = by
  const status = state === 'warn' ? 'PASSWORD_WARN' : 'PASSWORD_EXPIRED'
  return { wants: { status, userId: user.id, secondFactorAt }, signInId, isContinued, because: undefined }
}

/** Records a wrong password; it stays paid. */
export async function refusePassword(
  tx: Tx,
  vault: Vault,
  guess: {
    readonly caller: Caller
    readonly signInId: string
    readonly userId: string | undefined
    readonly address?: Address | undefined
  },
  { definition, details }: WrongPassword,
): Promise<Refused> {
  const { caller, signInId, userId, address } = guess
  const { because } = details
  await record(tx, {
    kind: 'password_refused',
    at: caller.now,
    clientId: caller.application.clientId,
    signInId,
    ip: caller.ip,
    because,
    ...(userId !== undefined && { userId }),
    ...(address !== undefined && { address: markAddress(vault, address) }),
  })
  return { status: 'REFUSED', definition, because, details }
}

async function findNamed(db: Db, vault: Vault, name: LoginName): Promise<User | undefined> {
  return 'address' in name
    ? findByVerifiedAddress(db, vault, name.address)
    : findUserByName(db, name.userName.normalize('NFC'))
}

function guessedAt(user: User | undefined, name: LoginName): GuessedAt {
  if (user !== undefined) return { userId: user.id }
  return {
    unknownName:
      'address' in name
        ? `${name.address.channel} ${name.address.value}`
        : `name ${name.userName.normalize('NFC').toLowerCase()}`,
  }
}
