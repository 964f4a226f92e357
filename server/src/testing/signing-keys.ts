import type { Deployment } from '../deployment.ts'
import { makeSigningKey, signingAlgorithm } from '../tokens/make-signing-key.ts'
import { add, list, sealContext, type StoredSigningKey } from '../tokens/signing-key.store.ts'

interface MadeKey {
  readonly stored: StoredSigningKey
  readonly privateJwk: string
}

let made: Promise<readonly MadeKey[]> | undefined

/**
 * Gives a deployment that has no signing keys yet those that a first start would make, the same for every
 * server of this process: making an RSA key costs as much as a short test.
 */
export async function giveSigningKeys({ db, vault }: Deployment, now: number): Promise<void> {
  if ((await list(db)).length > 0) return
  for (const { stored, privateJwk } of await (made ??= makeKeys(vault))) {
    const privateJwkSealed = vault.seal(sealContext(stored.kid), privateJwk)
    await add(db, { ...stored, activeFrom: now, privateJwkSealed }, now)
  }
}

async function makeKeys(vault: Deployment['vault']): Promise<readonly MadeKey[]> {
  const times = { generation: 1, activeFrom: 0 }
  return Promise.all(
    signingAlgorithm.options.map(async (algorithm) => {
      const stored = await makeSigningKey(vault, algorithm, times)
      const privateJwk = vault.open(sealContext(stored.kid), stored.privateJwkSealed ?? '')
      return { stored, privateJwk }
    }),
  )
}
