import type { Db, Tx } from '../platform/db/index.ts'
import { readPolicy } from '../platform/policy/index.ts'
import { passwordPolicy } from './password-policy.ts'
import * as store from './password.store.ts'

/** `warn`: it expires soon, and its user may put off changing it. */
export type PasswordState = 'fine' | 'warn' | 'expired'

/** How long the password of a user is still good. Whoever has none has nothing that expires. */
export async function passwordStateOf(db: Db | Tx, userId: string, now: number): Promise<PasswordState> {
  const setAt = await store.findSetAt(db, userId)
  const { expire_after: lifetimeMs, warn_before: warnMs } = await readPolicy(db, passwordPolicy)
  if (setAt === undefined || lifetimeMs === undefined) return 'fine'
  const expiresAt = setAt + lifetimeMs
  if (expiresAt <= now) return 'expired'
  return expiresAt - warnMs <= now ? 'warn' : 'fine'
}

export async function hasPassword(db: Db | Tx, userId: string): Promise<boolean> {
  return (await store.findSetAt(db, userId)) !== undefined
}
