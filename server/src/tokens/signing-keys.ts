import { calculateJwkThumbprint, type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import { z } from 'zod'
import type { Db } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import * as store from './signing-key.store.ts'

export const signingAlgorithm = z.enum(['RS256', 'ES256', 'EdDSA'])

/** How an id_token is signed. RS256 is what every client of this API family can check. */
export type SigningAlgorithm = z.infer<typeof signingAlgorithm>

export interface SigningKey {
  readonly kid: string
  readonly algorithm: SigningAlgorithm
  readonly publicJwk: JWK
  readonly publicKey: CryptoKey
  readonly privateKey: CryptoKey
}

/** The signing keys of this deployment, in memory. */
export interface SigningKeys {
  /** The key that signs. */
  active(algorithm: SigningAlgorithm): SigningKey
  find(kid: string): SigningKey | undefined
  readonly all: readonly SigningKey[]
}

const RSA_BITS = 2048
const jwkText = z.looseObject({ kty: z.string() })

/**
 * Loads the signing keys, making those that do not exist yet. They are stored sealed; the private part of a
 * key never leaves this process.
 */
export async function openSigningKeys(db: Db, vault: Vault, now: number): Promise<SigningKeys> {
  const stored = await store.list(db)
  const missing = signingAlgorithm.options.filter(
    (algorithm) => !stored.some((key) => key.algorithm === algorithm),
  )
  for (const algorithm of missing) await store.addActive(db, await createKey(algorithm, vault), now)

  const all = await Promise.all(
    (missing.length === 0 ? stored : await store.list(db)).map((key) => load(key, vault)),
  )
  return {
    all,
    find: (kid) => all.find((key) => key.kid === kid),
    active(algorithm) {
      const key = all.findLast((candidate) => candidate.algorithm === algorithm)
      if (key === undefined) throw new Error(`no signing key for ${algorithm}`)
      return key
    },
  }
}

async function createKey(algorithm: SigningAlgorithm, vault: Vault): Promise<store.StoredSigningKey> {
  const pair = await generateKeyPair(algorithm, { extractable: true, modulusLength: RSA_BITS })
  const publicJwk = await exportJWK(pair.publicKey)
  const kid = await calculateJwkThumbprint(publicJwk)
  return {
    kid,
    algorithm,
    publicJwk: JSON.stringify(publicJwk),
    privateJwkSealed: vault.seal(`signing_key ${kid}`, JSON.stringify(await exportJWK(pair.privateKey))),
  }
}

async function load(stored: store.StoredSigningKey, vault: Vault): Promise<SigningKey> {
  const algorithm = signingAlgorithm.parse(stored.algorithm)
  const publicJwk = jwkText.parse(JSON.parse(stored.publicJwk))
  const privateJwk = jwkText.parse(
    JSON.parse(vault.open(`signing_key ${stored.kid}`, stored.privateJwkSealed)),
  )
  return {
    kid: stored.kid,
    algorithm,
    publicJwk: { ...publicJwk, kid: stored.kid, alg: algorithm, use: 'sig' },
    publicKey: asymmetric(await importJWK(publicJwk, algorithm)),
    privateKey: asymmetric(await importJWK(privateJwk, algorithm)),
  }
}

function asymmetric(key: CryptoKey | Uint8Array): CryptoKey {
  if (key instanceof Uint8Array) throw new Error('a signing key cannot be symmetric')
  return key
}
