import { record } from '../audit/index.ts'
import { listIdentitiesOf } from '../connections/index.ts'
import { type Db, inTransaction, takeTurns } from '../platform/db/index.ts'
import { endOpenSignInsOf } from '../sign-in/index.ts'
import { listClosedUsers, removeClosedUser } from '../users/index.ts'

const AT_ONCE = 100

/**
 * Removes users who closed their accounts and whose days are over, all of them, each in a transaction of his own.
 * Two who do so at once remove each user once. Ids of users are never given to anybody else.
 *
 * @param now milliseconds since the Unix epoch
 */
export async function removeClosedAccounts(db: Db, now: number): Promise<void> {
  for (;;) {
    const userIds = await listClosedUsers(db, now, AT_ONCE)
    for (const userId of userIds) await removeOne(db, userId, now)
    if (userIds.length < AT_ONCE) return
  }
}

async function removeOne(db: Db, userId: string, now: number): Promise<void> {
  await inTransaction(db, async (tx) => {
    await takeTurns(tx, [`user ${userId}`])
    const identities = await listIdentitiesOf(tx, userId)
    if (!(await removeClosedUser(tx, userId, now))) return
    for (const identity of identities) await endOpenSignInsOf(tx, identity, now)
    await record(tx, { kind: 'user_deleted', at: now, userId, because: 'he closed his account' })
  })
}
