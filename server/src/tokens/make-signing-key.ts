import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import { z } from 'zod'
import type { Vault } from '../platform/vault/vault.ts'
import { sealContext, type StoredSigningKey } from './signing-key.store.ts'

export const signingAlgorithm = z.enum(['RS256', 'ES256', 'EdDSA'])

/** How an id_token is signed. RS256 is what every client of this API family can check. */
export type SigningAlgorithm = z.infer<typeof signingAlgorithm>

const RSA_BITS = 2048

/** Makes a key pair, its private part sealed. Its `kid` is its thumbprint (RFC 7638). */
export async function makeSigningKey(
  vault: Vault,
  algorithm: SigningAlgorithm,
  times: { readonly generation: number; readonly activeFrom: number },
): Promise<StoredSigningKey> {
  const pair = await generateKeyPair(algorithm, { extractable: true, modulusLength: RSA_BITS })
  const publicJwk = await exportJWK(pair.publicKey)
  const kid = await calculateJwkThumbprint(publicJwk)
  return {
    kid,
    algorithm,
    ...times,
    neededUntil: 0,
    publicJwk: JSON.stringify(publicJwk),
    privateJwkSealed: vault.seal(sealContext(kid), JSON.stringify(await exportJWK(pair.privateKey))),
  }
}
