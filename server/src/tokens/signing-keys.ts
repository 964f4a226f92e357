import { createPrivateKey, type KeyObject } from 'node:crypto'
import { type CryptoKey, importJWK, type JWK } from 'jose'
import { z } from 'zod'
import type { Db } from '../platform/db/index.ts'
import { StoreAway } from '../platform/db/store-away.ts'
import type { OpenedVault } from '../platform/vault/open-vault.ts'
import { activeAt, TOO_OLD_MS } from './key-times.ts'
import { makeSigningKey, type SigningAlgorithm, signingAlgorithm } from './make-signing-key.ts'
import * as store from './signing-key.store.ts'

/** What the database says is looked at again when it is older than this, by whoever needs a key. */
const READ_AGAIN_AFTER_MS = 5_000
/** A `kid` that nobody knows may be made up: it has the keys read again this often and no more. */
const UNKNOWN_READ_AGAIN_AFTER_MS = 1_000

/** A key that is published. */
export interface SigningKey {
  readonly kid: string
  readonly algorithm: SigningAlgorithm
  readonly generation: number
  readonly activeFrom: number
  readonly neededUntil: number
  readonly publicJwk: JWK
  readonly publicKey: CryptoKey
  /** Absent when nothing signs with it any more. */
  readonly privateKey: KeyObject | undefined
}

/**
 * The signing keys of this deployment, as the database had them a moment ago: a key that an operator makes is
 * known everywhere within seconds, and signs long after that.
 *
 * @throws {StoreAway} from each, when the database could not be read for so long that others may sign with a
 *   key that is not known here
 */
export interface SigningKeys {
  /** The key that signs at this moment. */
  active(algorithm: SigningAlgorithm, now: number): Promise<SigningKey & { readonly privateKey: KeyObject }>
  find(kid: string, now: number): Promise<SigningKey | undefined>
  published(now: number): Promise<readonly SigningKey[]>
}

interface Known {
  readonly keys: readonly SigningKey[]
  readonly readAt: number
}

const jwkText = z.looseObject({ kty: z.string() })

/** Loads the signing keys, making those that do not exist yet. */
export async function openSigningKeys(db: Db, vault: OpenedVault, now: number): Promise<SigningKeys> {
  const stored = await store.list(db)
  for (const algorithm of signingAlgorithm.options) {
    if (stored.some((key) => key.algorithm === algorithm)) continue
    await store.add(db, await makeSigningKey(vault, algorithm, { generation: 1, activeFrom: now }), now)
  }
  let known = await read(db, vault, [], now)
  let reading: Promise<Known> | undefined

  async function readAgain(at: number): Promise<void> {
    reading ??= read(db, vault, known.keys, at).finally(() => {
      reading = undefined
    })
    known = await reading
  }

  /** A clock that was set back makes what is known look younger than it is, so that counts as old. */
  const isOlder = (ageMs: number, at: number) => at < known.readAt || at - known.readAt >= ageMs

  async function upToDate(at: number): Promise<readonly SigningKey[]> {
    if (isOlder(READ_AGAIN_AFTER_MS, at)) {
      await readAgain(at).catch((error: unknown) => {
        if (isOlder(TOO_OLD_MS, at)) throw new StoreAway('the signing keys could not be read', error)
      })
    }
    return known.keys
  }

  return {
    published: upToDate,
    async find(kid, at) {
      const byKid = (keys: readonly SigningKey[]) => keys.find((key) => key.kid === kid)
      const key = byKid(await upToDate(at))
      if (key !== undefined || !isOlder(UNKNOWN_READ_AGAIN_AFTER_MS, at)) return key
      await readAgain(at)
      return byKid(known.keys)
    },
    async active(algorithm, at) {
      const keys = (await upToDate(at)).filter((key) => key.algorithm === algorithm)
      const first = activeAt(keys, at)
      // Where the clock is very late, the one that it names may be past signing; its successor is known to all.
      const key = keys.find((each) => each.generation >= (first?.generation ?? 0) && each.privateKey)
      if (key?.privateKey === undefined) throw new Error(`no signing key for ${algorithm}`)
      return { ...key, privateKey: key.privateKey }
    },
  }
}

/** Parsing a key costs more than reading it, so those that are known are taken over. */
async function read(db: Db, vault: OpenedVault, known: readonly SigningKey[], now: number): Promise<Known> {
  await vault.refresh(now)
  const stored = await store.list(db)
  const keys = await Promise.all(
    stored.map(async (key) => {
      const same = known.find(({ kid }) => kid === key.kid)
      return same === undefined ? load(key, vault) : takeOver(same, key)
    }),
  )
  return { keys, readAt: now }
}

function takeOver(key: SigningKey, stored: store.StoredSigningKey): SigningKey {
  const { neededUntil, privateJwkSealed } = stored
  return { ...key, neededUntil, privateKey: privateJwkSealed === undefined ? undefined : key.privateKey }
}

async function load(stored: store.StoredSigningKey, vault: OpenedVault): Promise<SigningKey> {
  const algorithm = signingAlgorithm.parse(stored.algorithm)
  const { kid, privateJwkSealed } = stored
  const publicJwk = jwkText.parse(JSON.parse(stored.publicJwk))
  return {
    kid,
    algorithm,
    generation: stored.generation,
    activeFrom: stored.activeFrom,
    neededUntil: stored.neededUntil,
    publicJwk: { ...publicJwk, kid, alg: algorithm, use: 'sig' },
    publicKey: await importPublicKey(publicJwk, algorithm),
    privateKey:
      privateJwkSealed === undefined
        ? undefined
        : createPrivateKey({
            key: jwkText.parse(JSON.parse(vault.open(store.sealContext(kid), privateJwkSealed))),
            format: 'jwk',
          }),
  }
}

async function importPublicKey(
  jwk: z.infer<typeof jwkText>,
  algorithm: SigningAlgorithm,
): Promise<CryptoKey> {
  const key = await importJWK(jwk, algorithm)
  if (key instanceof Uint8Array) throw new Error('a signing key cannot be symmetric')
  return key
}
