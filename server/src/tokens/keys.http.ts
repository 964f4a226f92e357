import type { FastifyInstance } from 'fastify'
import type { Clock } from '../platform/clock.ts'
import { JWKS_CACHED_MS } from './key-times.ts'
import type { SigningAlgorithm } from './make-signing-key.ts'
import type { SigningKeys } from './signing-keys.ts'

export interface PublishKeysDeps {
  readonly clock: Clock
  readonly signingKeys: SigningKeys
  /** The algorithms that some application asks for; RS256 is published always. */
  readonly algorithmsInUse: () => Promise<ReadonlySet<SigningAlgorithm>>
}

/**
 * `GET /api/v1/oauth2/keys`: the public keys, before they sign, while they do, and for as long as a token
 * needs them. Those of EC and OKP appear only while an application uses them or its tokens live, because old
 * clients parse RSA only.
 */
export function publishKeys(app: FastifyInstance, deps: PublishKeysDeps): void {
  app.get('/api/v1/oauth2/keys', async (_request, reply) => {
    const now = deps.clock.now()
    const keys = await deps.signingKeys.published(now)
    const inUse = await deps.algorithmsInUse()
    return reply
      .header('cache-control', `public, max-age=${JWKS_CACHED_MS / 1000}`)
      .header('access-control-allow-origin', '*')
      .send({
        keys: keys
          .filter(({ algorithm, neededUntil }) => {
            return algorithm === 'RS256' || inUse.has(algorithm) || neededUntil > now
          })
          .map((key) => key.publicJwk),
      })
  })
}
