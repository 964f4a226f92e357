import { z } from 'zod'
import type { BoundIdentity, ConnectionKind } from '../connections/index.ts'

/** What clients of this family call a source. */
export const socialTypes: Readonly<Record<ConnectionKind, string>> = {
  'wechat-mini-program': 'weixin',
}

/** An identity in the names of the wire. What WeChat tells no mini program is `null`. */
export const linkedAccount = z.object({
  /** Of the link; what `social/unbind-account` takes. */
  id: z.string(),
  userId: z.string(),
  socialType: z.string(),
  socialUid: z.string(),
  socialChannelId: z.string(),
  socialNickname: z.string().nullable(),
  socialHeadImage: z.string().nullable(),
  socialAccountDetails: z.string().nullable(),
  idpId: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
})

export function linkedAccountOf(identity: BoundIdentity): z.infer<typeof linkedAccount> {
  const boundAt = momentOf(identity.boundAt)
  return {
    id: identity.id,
    userId: identity.userId,
    socialType: socialTypes[identity.kind],
    socialUid: socialUidOf(identity),
    socialChannelId: identity.subject,
    socialNickname: null,
    socialHeadImage: null,
    socialAccountDetails: null,
    idpId: identity.connectionId,
    createdAt: boundAt,
    updatedAt: boundAt,
  }
}

/**
 * The unionid. Until WeChat has told one the openid stands in its place, so that `social_uid` can always be
 * taken from the list.
 */
export function socialUidOf(identity: BoundIdentity): string {
  return identity.unionSubject ?? identity.subject
}

/** `2021-01-10 14:20:24.468`, UTC like the moment that an id begins with. */
function momentOf(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').replace('Z', '')
}
