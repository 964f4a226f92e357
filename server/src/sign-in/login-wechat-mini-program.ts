import { record } from '../audit/index.ts'
import {
  bindIdentity,
  type Connection,
  findConnection,
  findIdentityOwner,
  learnUnion,
  type ProvenIdentity,
  proveByWxLoginCode,
  turnsOf,
  type WeChatDeps,
} from '../connections/index.ts'
import { type Db, inTransaction, takeTurns, type Tx } from '../platform/db/index.ts'
import { Refusal, type RefusalDefinition } from '../platform/refusal.ts'
import { randomId } from '../platform/secrets.ts'
import { createUser, findUser, type User } from '../users/index.ts'
import type { Caller } from './caller.ts'
import { denyEntry, enter, type Entry } from './enter.ts'
import { type OpenedSignIn, openSignIn } from './open-sign-in.ts'
import { signInRefusals } from './refusals.ts'
import { endOpenOf } from './sign-in.store.ts'

export interface LoginDeps extends WeChatDeps {
  readonly db: Db
}

/** What a login came to: the user is in (or may not come in), or a further proof is wanted. */
export type LoginResult = Entry | OpenedSignIn

/**
 * Signs a person in by the code of `wx.login`. Nothing is kept of somebody whom WeChat does not vouch for.
 *
 * @throws {Refusal} `sourceNotSwitchedOn`, `notBound`, `secondIdentity`, `twoUsers`, and those of the source
 */
export async function loginWithWxCode(
  deps: LoginDeps,
  caller: Caller,
  wxLoginCode: string,
): Promise<LoginResult> {
  const connection = await findConnection(deps.db, caller.application.clientId, 'wechat-mini-program')
  if (connection === undefined) throw new Refusal(signInRefusals.sourceNotSwitchedOn)
  const identity = await proveByWxLoginCode(deps, connection, wxLoginCode)
  return loginWithIdentity(deps, caller, connection, identity)
}

/** What follows when a source has vouched for a person, whichever source it is. */
async function loginWithIdentity(
  deps: LoginDeps,
  caller: Caller,
  connection: Connection,
  identity: ProvenIdentity,
): Promise<LoginResult> {
  const signInId = randomId()
  const known = await inTransaction(deps.db, async (tx): Promise<Entry | undefined> => {
    const first = await findIdentityOwner(tx, identity)
    // Whoever is bound already comes in without waiting for anybody.
    if (first.kind !== 'bound') await takeTurns(tx, turnsOf(identity))
    const owner = first.kind === 'bound' ? first : await findIdentityOwner(tx, identity)
    switch (owner.kind) {
      case 'bound':
        await learnUnion(tx, identity)
        return enterAs(tx, caller, await userOf(tx, owner.userId), signInId)
      case 'adoptable':
        return adopt(tx, caller, connection, identity, await userOf(tx, owner.userId), signInId)
      case 'two users':
        throw new Refusal(signInRefusals.twoUsers, { because: 'openid and unionid lead to two users' })
      case 'nobody':
        return connection.whenUnbound === 'create'
          ? register(deps, tx, caller, connection, identity, signInId)
          : undefined
    }
  })
  if (known !== undefined) return known

  if (connection.whenUnbound === 'fail') throw new Refusal(signInRefusals.notBound)
  const status = connection.whenUnbound === 'bind' ? 'SOCIAL_BIND' : 'USER_REGISTER'
  return openSignIn(deps, caller, identity, status)
}

async function enterAs(tx: Tx, caller: Caller, user: User, signInId: string): Promise<Entry> {
  return user.isDisabled ? denyEntry(tx, caller, user, signInId) : enter(tx, caller, user, signInId)
}

/** The same person came with another mini program of one open-platform account. */
async function adopt(
  tx: Tx,
  caller: Caller,
  connection: Connection,
  identity: ProvenIdentity,
  user: User,
  signInId: string,
): Promise<Entry> {
  if (user.isDisabled) return denyEntry(tx, caller, user, signInId)
  await bindOrRefuse(tx, caller, connection, identity, user, signInId, 'identity_adopted')
  return enter(tx, caller, user, signInId)
}

/** The connection is set to make a user of everybody whom the source vouches for. */
async function register(
  deps: LoginDeps,
  tx: Tx,
  caller: Caller,
  connection: Connection,
  identity: ProvenIdentity,
  signInId: string,
): Promise<Entry> {
  const user = await createUser(tx, deps.vault, { addresses: [] }, caller.now)
  if (typeof user === 'string') throw new Error(`a user could not be registered: ${user}`)
  await record(tx, {
    kind: 'user_registered',
    at: caller.now,
    clientId: caller.application.clientId,
    userId: user.id,
    signInId,
    ip: caller.ip,
  })
  await bindOrRefuse(tx, caller, connection, identity, user, signInId, 'identity_bound')
  return enter(tx, caller, user, signInId)
}

const refusalOfBind = {
  'second identity': signInRefusals.secondIdentity,
  'two users': signInRefusals.twoUsers,
  'bound meanwhile': signInRefusals.twoUsers,
} as const satisfies Record<string, RefusalDefinition>

async function bindOrRefuse(
  tx: Tx,
  caller: Caller,
  connection: Connection,
  identity: ProvenIdentity,
  user: User,
  signInId: string,
  kind: 'identity_bound' | 'identity_adopted',
): Promise<void> {
  const result = await bindIdentity(tx, connection, identity, user.id, caller.now)
  if (result !== 'bound') throw new Refusal(refusalOfBind[result], { because: `${kind}: ${result}` })
  await endOpenOf(tx, identity, caller.now)
  await record(tx, {
    kind,
    at: caller.now,
    clientId: caller.application.clientId,
    userId: user.id,
    signInId,
    connectionId: connection.id,
    ip: caller.ip,
  })
}

async function userOf(tx: Tx, userId: string): Promise<User> {
  const user = await findUser(tx, userId)
  if (user === undefined) throw new Error(`an identity is bound to user ${userId}, who does not exist`)
  return user
}
