import type { Tx } from '../platform/db/index.ts'
import * as identities from './identity.store.ts'
import { mark } from './unbound-identity.store.ts'

/**
 * Takes an identity away from its user, and the sessions with it that it opened. A mark stays, so that it does
 * not come back by itself: as long as the person's other mini programs are bound, his unionid would lead there.
 *
 * @param now milliseconds since the Unix epoch
 * @returns `false` when it is bound no longer
 */
export async function unbindIdentity(
  tx: Tx,
  identity: identities.BoundIdentity,
  now: number,
): Promise<boolean> {
  if (!(await identities.remove(tx, identity.id))) return false
  await mark(tx, identity, now)
  return true
}
