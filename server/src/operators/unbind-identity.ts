import { Refusal } from '../platform/refusal.ts'
import { StartError } from '../platform/start-error.ts'
import { unbind } from '../self-service/index.ts'
import type { User } from '../users/index.ts'
import { findMeantUser, type OperatorDeps } from './find-user.ts'

/**
 * Unbinds an identity for a user who cannot do so himself, by the same rules.
 *
 * @param identityId as `users show` lists it
 * @throws {StartError} when there is no such user, when it is not his, or when it is his last way in
 */
export async function unbindOf(
  deps: OperatorDeps,
  text: string,
  identityId: string,
  now: number,
): Promise<User> {
  const user = await findMeantUser(deps, text)
  const request = {
    userId: user.id,
    isMeant: ({ id }: { readonly id: string }) => id === identityId,
    by: { because: 'by an operator on the command line' },
    told: { application: undefined, language: 'zh' as const },
  }
  try {
    await unbind(deps, request, now)
  } catch (error) {
    if (error instanceof Refusal) throw new StartError(error.text('en'))
    throw error
  }
  return user
}
