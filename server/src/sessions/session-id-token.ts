import type { Application } from '../applications/index.ts'
import { issueIdToken, type SigningKeys } from '../tokens/index.ts'
import type { UserProfile } from '../users/index.ts'

export interface IdTokenDeps {
  readonly signingKeys: SigningKeys
  /** `{public_url}/api/v1/oauth2` */
  issuer(): string
}

/** Signs an id_token for a session; it dies with the session on our own calls, and at `exp` elsewhere. */
export async function issueSessionIdToken(
  deps: IdTokenDeps,
  session: {
    readonly sessionId: string
    readonly application: Application
    readonly profile: UserProfile
  },
  now: number,
): Promise<string> {
  const { application, profile } = session
  return issueIdToken(
    deps.signingKeys,
    {
      algorithm: application.idToken.algorithm,
      issuer: deps.issuer(),
      clientId: application.clientId,
      lifetimeSeconds: application.idToken.lifetimeSeconds,
      claims: {
        ...profile,
        subject: application.idToken.subject === 'user_id' ? profile.userId : profile.userName,
        sessionId: session.sessionId,
      },
    },
    now,
  )
}
