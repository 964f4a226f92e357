import { record } from '../audit/index.ts'
import {
  bindIdentity,
  type BindObstacle,
  type Connection,
  findObstacle,
  type ProvenIdentity,
} from '../connections/index.ts'
import { queueNotice } from '../messages/index.ts'
import type { Tx } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type Address, listVerifiedAddressesOf, markAddress, type User } from '../users/index.ts'
import type { Caller } from './caller.ts'
import { endOpenOf } from './sign-in.store.ts'

/** An identity that is to become a user's, once everything that is wanted of him has been shown. */
export interface Bind {
  readonly caller: Caller
  readonly signInId: string
  readonly connection: Connection
  readonly identity: ProvenIdentity
  readonly user: User
  /** `identity_adopted`: the source itself says that it is the same person. */
  readonly kind: 'identity_bound' | 'identity_adopted'
  /** The address that he has proved for it. */
  readonly provedBy?: Address | undefined
  /** His other addresses are told; not those of somebody who has just become a user. */
  readonly isTold: boolean
  readonly because?: string | undefined
}

/** What has to be known before an identity is bound. */
export interface BindOutlook {
  /** Which rule stands against it. */
  readonly obstacle: BindObstacle | undefined
  /** Who hears of it. */
  readonly told: readonly Address[]
}

/** Looks at a bind in the transaction that commits it; nothing is written. */
export async function lookAtBind(
  tx: Tx,
  vault: Vault,
  { connection, identity, user, provedBy, isTold }: Omit<Bind, 'kind'>,
): Promise<BindOutlook> {
  const [obstacle, told] = await Promise.all([
    findObstacle(tx, connection, identity, user.id),
    isTold ? listVerifiedAddressesOf(tx, vault, user.id, provedBy) : [],
  ])
  return { obstacle, told }
}

/**
 * Binds an identity against which nothing stands, with what follows from it in the same transaction: other sign-ins of
 * the identity are over, the bind is on record, and its user hears of it.
 *
 * @returns the identity's id
 */
export async function commitBind(tx: Tx, vault: Vault, bind: Bind, { told }: BindOutlook): Promise<string> {
  const { caller, signInId, connection, identity, user, kind, provedBy, because } = bind
  const { now: at, application, language, ip } = caller
  const identityId = await bindIdentity(tx, connection, identity, user.id, at)
  await endOpenOf(tx, identity, at, signInId)
  await record(tx, {
    kind,
    at,
    clientId: application.clientId,
    userId: user.id,
    signInId,
    connectionId: connection.id,
    ...(provedBy !== undefined && { address: markAddress(vault, provedBy) }),
    ip,
    ...(because !== undefined && { because }),
  })
  await queueNotice(tx, vault, { to: told, kind: 'identity_bound', application, language, at })
  return identityId
}
