import type { FastifyInstance } from 'fastify'
import type { SigningAlgorithm, SigningKeys } from './signing-keys.ts'

/** Shorter than the time a new key is published before it signs. */
const CACHE_SECONDS = 300

export interface PublishKeysDeps {
  readonly signingKeys: SigningKeys
  /** The algorithms that some application asks for; RS256 is published always. */
  readonly algorithmsInUse: () => Promise<ReadonlySet<SigningAlgorithm>>
}

/**
 * `GET /api/v1/oauth2/keys`: the public keys. Those of EC and OKP appear only while an application uses
 * them, because old clients parse RSA only.
 */
export function publishKeys(app: FastifyInstance, deps: PublishKeysDeps): void {
  app.get('/api/v1/oauth2/keys', async (_request, reply) => {
    const inUse = await deps.algorithmsInUse()
    return reply
      .header('cache-control', `public, max-age=${CACHE_SECONDS}`)
      .header('access-control-allow-origin', '*')
      .send({
        keys: deps.signingKeys.all
          .filter((key) => key.algorithm === 'RS256' || inUse.has(key.algorithm))
          .map((key) => key.publicJwk),
      })
  })
}
