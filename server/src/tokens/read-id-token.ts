import { errors, jwtVerify } from 'jose'
import { z } from 'zod'
import type { SigningKeys } from './signing-keys.ts'

const claims = z.object({ sid: z.string(), id: z.string() })

/** Whom a valid id_token speaks for. Whether that session is still alive, the sessions know. */
export interface ReadIdToken {
  readonly sessionId: string
  readonly userId: string
}

/**
 * Reads one of our own id_tokens: signature, exact issuer, exact audience, time.
 *
 * The algorithm is the key's, never the header's word alone.
 *
 * @returns `undefined` for anything else, whatever is wrong with it
 */
export async function readIdToken(
  keys: SigningKeys,
  idToken: string,
  expected: { readonly issuer: string; readonly clientId: string },
  now: number,
): Promise<ReadIdToken | undefined> {
  try {
    const { payload } = await jwtVerify(
      idToken,
      async (header) => {
        const key = await keys.find(header.kid ?? '', now)
        if (key === undefined || key.algorithm !== header.alg) throw new errors.JWKSNoMatchingKey()
        return key.publicKey
      },
      {
        issuer: expected.issuer,
        audience: expected.clientId,
        currentDate: new Date(now),
        requiredClaims: ['exp', 'iat'],
      },
    )
    const { sid, id } = claims.parse(payload)
    return { sessionId: sid, userId: id }
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof z.ZodError) return undefined
    throw error
  }
}
