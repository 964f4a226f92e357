import { groupName } from '../applications/index.ts'
import { type AuditEventKind, record } from '../audit/index.ts'
import { listIdentitiesOf } from '../connections/index.ts'
import { queueNotice } from '../messages/index.ts'
import { inTransaction, type Tx } from '../platform/db/index.ts'
import { StartError } from '../platform/start-error.ts'
import { endSessionsOf } from '../sessions/index.ts'
import { endOpenSignInsOf } from '../sign-in/index.ts'
import {
  listVerifiedAddressesOf,
  removeUser,
  reopenUser,
  setGroupsOf,
  setUserDisabled,
  type User,
} from '../users/index.ts'
import { findMeantUser, type OperatorDeps } from './find-user.ts'

const BY_OPERATOR = { because: 'by an operator on the command line' }

/** Shuts a user out at once, everywhere. His sessions end for good: enabling him does not bring them back. */
export function disableUser(deps: OperatorDeps, text: string, now: number): Promise<User> {
  return change(deps, text, 'user_disabled', now, async (tx, user) => {
    await setUserDisabled(tx, user.id, now)
    await endSessionsOf(tx, user.id, BY_OPERATOR, now)
  })
}

/** Lets a user sign in again, also one who has closed his account; then he is told. */
export function enableUser(deps: OperatorDeps, text: string, now: number): Promise<User> {
  return change(deps, text, 'user_enabled', now, async (tx, user) => {
    await setUserDisabled(tx, user.id, null)
    if (!(await reopenUser(tx, user.id, now))) return
    // A login that met the closing may have opened one, which was good for nothing until now.
    await endSessionsOf(tx, user.id, BY_OPERATOR, now)
    const to = await listVerifiedAddressesOf(tx, deps.vault, user.id)
    const told = { application: undefined, language: 'zh' } as const
    await queueNotice(tx, deps.vault, { to, kind: 'account_reopened', at: now, ...told })
  })
}

/**
 * Removes a user with his addresses, identities and sessions, and ends their open sign-ins. His id is never given to anybody else; whoever
 * comes with his number or his WeChat identity later is somebody new.
 */
export function deleteUser(deps: OperatorDeps, text: string, now: number): Promise<User> {
  return change(deps, text, 'user_deleted', now, async (tx, user) => {
    for (const identity of await listIdentitiesOf(tx, user.id)) await endOpenSignInsOf(tx, identity, now)
    await removeUser(tx, user.id)
  })
}

/** Puts a user into these groups and no others; the access rules speak of them. */
export async function setGroups(
  deps: OperatorDeps,
  text: string,
  groups: readonly string[],
  now: number,
): Promise<User> {
  const wrong = groups.find((name) => !groupName.safeParse(name).success)
  if (wrong !== undefined) throw new StartError(`${wrong} is not the name of a group`)
  return change(deps, text, 'user_groups_changed', now, (tx, user) => setGroupsOf(tx, user.id, groups))
}

async function change(
  deps: OperatorDeps,
  text: string,
  kind: AuditEventKind,
  now: number,
  act: (tx: Tx, user: User) => Promise<void>,
): Promise<User> {
  const user = await findMeantUser(deps, text)
  await inTransaction(deps.db, async (tx) => {
    await act(tx, user)
    await record(tx, { kind, at: now, userId: user.id, ...BY_OPERATOR })
  })
  return user
}
