import { endTrustOf } from '../access/index.ts'
import { record } from '../audit/index.ts'
import { type Db, inTransaction } from '../platform/db/index.ts'
import { Refusal } from '../platform/refusal.ts'
import { byOwner, type Owner } from './owner.ts'
import { selfServiceRefusals } from './refusals.ts'

/**
 * Trusts a device no longer: the next sign-in there is one on a new device.
 *
 * @throws {Refusal} `noSuchDevice`
 */
export async function endOwnTrust(db: Db, owner: Owner, id: string, now: number): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { user } = owner
    if (!(await endTrustOf(tx, user.id, id, now))) throw new Refusal(selfServiceRefusals.noSuchDevice)
    await record(tx, {
      kind: 'device_trust_ended',
      at: now,
      userId: user.id,
      ...byOwner(owner),
      because: 'by himself',
    })
  })
}
