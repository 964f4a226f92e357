import { record } from '../audit/index.ts'
import {
  type BindObstacle,
  type Connection,
  findIdentityOwner,
  learnUnion,
  type ProvenIdentity,
  turnsOf,
} from '../connections/index.ts'
import { type Db, takeTurns, type Tx } from '../platform/db/index.ts'
import type { RefusalDefinition } from '../platform/refusal.ts'
import { orderedId } from '../platform/secrets.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { findUser, type User } from '../users/index.ts'
import type { Caller } from './caller.ts'
import { commitBind, lookAtBind } from './commit-bind.ts'
import { conclude, type Decision, type Refused, type SignInResult } from './conclude.ts'
import { admit, enter, isAdmitted, letIn } from './enter.ts'
import type { FurtherProof } from './open-sign-in.ts'
import { signInRefusals } from './refusals.ts'
import { registerUser } from './register-user.ts'
import type { BindingStatus } from './steps.ts'

/** Somebody for whom a source vouches, on his way in. */
interface Arrival {
  readonly caller: Caller
  readonly connection: Connection
  readonly identity: ProvenIdentity
  /** By which the audit tells this sign-in from others, also when it is over at once. */
  readonly signInId: string
}

/**
 * What follows when a source has vouched for a person, whichever source it is.
 *
 * @throws {Refusal} `notBound`, `secondIdentity`, `twoUsers`
 */
export async function loginWithIdentity(
  deps: { readonly db: Db; readonly vault: Vault },
  caller: Caller,
  connection: Connection,
  identity: ProvenIdentity,
): Promise<SignInResult> {
  const arrival = { caller, connection, identity, signInId: orderedId(caller.now) }
  return conclude(deps, caller, (tx) => enterIfKnown(tx, deps.vault, arrival))
}

async function enterIfKnown(tx: Tx, vault: Vault, arrival: Arrival): Promise<Decision> {
  const { caller, connection, identity, signInId } = arrival
  const owner = await ownerOf(tx, identity)
  switch (owner.kind) {
    case 'two users':
      return refuse(tx, arrival, signInRefusals.twoUsers, 'openid and unionid lead to two users')
    case 'bound': {
      await learnUnion(tx, identity)
      const user = await userOf(tx, owner.userId)
      return enter(tx, caller, user, { signInId, identity, identityId: owner.identityId })
    }
    case 'adoptable': {
      // The same person came with another mini program of one open-platform account.
      const user = await userOf(tx, owner.userId)
      const by = { signInId, identity, identityId: undefined }
      const admitted = await admit(tx, caller, user, by, 'adopt')
      if (!isAdmitted(admitted)) return admitted
      const bound = await bindTo(tx, vault, arrival, user, 'identity_adopted')
      return typeof bound === 'string'
        ? letIn(tx, caller, user, { ...by, identityId: bound }, admitted)
        : bound
    }
    case 'barred':
      return askForProof(tx, arrival, `unbound before, so not adopted for user ${owner.userId}`)
    case 'nobody': {
      if (connection.whenUnbound !== 'create') return askForProof(tx, arrival)
      const user = await registerUser(tx, vault, caller, signInId)
      const bound = await bindTo(tx, vault, arrival, user, 'identity_bound')
      return typeof bound === 'string'
        ? enter(tx, caller, user, { signInId, identity, identityId: bound })
        : bound
    }
  }
}

/** Nobody is registered of a person who is a user here, so *create* can only ask whoever is barred to bind. */
const wantedOf = {
  bind: 'SOCIAL_BIND',
  bind_or_register: 'USER_REGISTER',
  create: 'SOCIAL_BIND',
} as const satisfies Record<Exclude<Connection['whenUnbound'], 'fail'>, BindingStatus>

async function askForProof(tx: Tx, arrival: Arrival, because?: string): Promise<FurtherProof | Refused> {
  const { identity, connection } = arrival
  const { whenUnbound } = connection
  if (whenUnbound !== 'fail') {
    const wants = { status: wantedOf[whenUnbound], identity }
    return { wants, signInId: arrival.signInId, isContinued: false, because }
  }
  return refuse(
    tx,
    arrival,
    signInRefusals.notBound,
    `${because ?? 'bound to nobody'}, and the connection is set to fail`,
  )
}

/** Whoever is bound already comes in without waiting for anybody but who unbinds him. */
async function ownerOf(tx: Tx, identity: ProvenIdentity) {
  const owner = await findIdentityOwner(tx, identity)
  if (owner.kind === 'bound' || owner.kind === 'two users') return owner
  await takeTurns(tx, turnsOf(identity))
  return findIdentityOwner(tx, identity)
}

const refusalOfBind = {
  'second identity': signInRefusals.secondIdentity,
  'two users': signInRefusals.twoUsers,
  'bound meanwhile': signInRefusals.twoUsers,
} as const satisfies Record<BindObstacle, RefusalDefinition>

/** @returns the identity's id once it is bound; otherwise why it is not */
async function bindTo(
  tx: Tx,
  vault: Vault,
  arrival: Arrival,
  user: User,
  kind: 'identity_bound' | 'identity_adopted',
): Promise<string | Refused> {
  const { caller, connection, identity, signInId } = arrival
  const bind = { caller, signInId, connection, identity, user, kind, isTold: false }
  const outlook = await lookAtBind(tx, vault, bind)
  const { obstacle } = outlook
  if (obstacle === undefined) return commitBind(tx, vault, bind, outlook)
  return refuse(tx, arrival, refusalOfBind[obstacle], `user ${user.id}: ${obstacle}`)
}

async function refuse(
  tx: Tx,
  { caller, connection, signInId }: Arrival,
  definition: RefusalDefinition,
  because: string,
): Promise<Refused> {
  await record(tx, {
    kind: 'sign_in_refused',
    at: caller.now,
    clientId: caller.application.clientId,
    signInId,
    connectionId: connection.id,
    ip: caller.ip,
    because,
  })
  return { status: 'REFUSED', definition, because }
}

async function userOf(tx: Tx, userId: string): Promise<User> {
  const user = await findUser(tx, userId)
  if (user === undefined) throw new Error(`an identity is bound to user ${userId}, who does not exist`)
  return user
}
