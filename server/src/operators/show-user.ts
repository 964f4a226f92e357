import { listIdentitiesOf } from '../connections/index.ts'
import { listSessionsOf } from '../sessions/index.ts'
import {
  isDisabledByOperator,
  listAddressesOf,
  listGroupsOf,
  loadAttributes,
  maskAttributes,
} from '../users/index.ts'
import { findMeantUser, type OperatorDeps } from './find-user.ts'

/**
 * Everything about one user that an operator asks for. Addresses are in clear: the operator looks him up by them, and
 * holds the key. What else is personal is masked: nobody needs it to help.
 */
export async function showUser(deps: OperatorDeps, text: string, now: number) {
  const user = await findMeantUser(deps, text)
  const [addresses, attributes, identities, sessions, isDisabled, groups] = await Promise.all([
    listAddressesOf(deps.db, deps.vault, user.id),
    loadAttributes(deps.db, deps.vault, user.id),
    listIdentitiesOf(deps.db, user.id),
    listSessionsOf(deps.db, user.id, now),
    isDisabledByOperator(deps.db, user.id),
    listGroupsOf(deps.db, user.id),
  ])
  return {
    id: user.id,
    user_name: user.userName,
    name: user.name,
    status: isDisabled ? 'disabled' : user.closesAt === undefined ? 'enabled' : 'closing',
    ...(user.closesAt !== undefined && { closes_at: new Date(user.closesAt).toISOString() }),
    created_at: new Date(user.createdAt).toISOString(),
    addresses: addresses.map(({ address, isVerified }) => ({
      channel: address.channel,
      address: address.value,
      verified: isVerified,
    })),
    groups,
    attributes: maskAttributes(attributes),
    identities: identities.map((identity) => ({
      id: identity.id,
      connection: identity.connectionId,
      subject: identity.subject,
      bound_at: new Date(identity.boundAt).toISOString(),
    })),
    sessions: sessions.map((session) => ({
      client_id: session.clientId,
      opened_at: new Date(session.openedAt).toISOString(),
      expires_at: new Date(session.expiresAt).toISOString(),
    })),
  }
}
