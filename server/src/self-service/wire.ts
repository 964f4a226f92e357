import { z } from 'zod'
import type { TrustedDevice } from '../access/index.ts'
import { type BoundIdentity, type ConnectionKind, connectionKind } from '../connections/index.ts'
import type { ListedSession } from '../sessions/index.ts'

/** What clients of this family call a source. */
export const socialTypes: Readonly<Record<ConnectionKind, string>> = {
  'wechat-mini-program': 'weixin',
}

/** @returns `undefined` for a word that is no source's */
export function kindOfSocialType(type: string): ConnectionKind | undefined {
  return connectionKind.options.find((kind) => socialTypes[kind] === type)
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

/** A session of his own, as its user sees it. */
export const ownSession = z.object({
  /** Also `sid` of its id_tokens. It names the session and opens nothing. */
  id: z.string(),
  client_id: z.string(),
  /** The application's name. */
  application: z.string(),
  /** Seconds since the Unix epoch, as in an id_token. */
  opened_at: z.number(),
  expires_at: z.number(),
  /** From where it was opened. */
  ip: z.string(),
  /** As the client described itself when it was opened. */
  operating_system: z.string(),
  agent: z.string(),
  /** Whether it is the one in which the list was asked for. */
  current: z.boolean(),
})

const device = z.object({ operatingSystem: z.string().catch(''), agent: z.string().catch('') })

/** @param names of the applications, by client id */
export function ownSessionOf(
  session: ListedSession,
  names: ReadonlyMap<string, string>,
  currentId: string,
): z.infer<typeof ownSession> {
  const { operatingSystem, agent } = device.parse(JSON.parse(session.device))
  return {
    id: session.id,
    client_id: session.clientId,
    application: names.get(session.clientId) ?? '',
    opened_at: Math.floor(session.openedAt / 1000),
    expires_at: Math.floor(session.expiresAt / 1000),
    ip: session.ip,
    operating_system: operatingSystem,
    agent,
    current: session.id === currentId,
  }
}

/** A device on which its user need not show a second factor. */
export const trustedDevice = ownSession
  .omit({ opened_at: true, current: true })
  .extend({ trusted_at: z.number() })

/** @param names of the applications, by client id */
export function trustedDeviceOf(
  trusted: TrustedDevice,
  names: ReadonlyMap<string, string>,
): z.infer<typeof trustedDevice> {
  const { operatingSystem, agent } = device.parse(JSON.parse(trusted.device))
  return {
    id: trusted.id,
    client_id: trusted.clientId,
    application: names.get(trusted.clientId) ?? '',
    trusted_at: Math.floor(trusted.trustedAt / 1000),
    expires_at: Math.floor(trusted.expiresAt / 1000),
    ip: trusted.ip,
    operating_system: operatingSystem,
    agent,
  }
}
