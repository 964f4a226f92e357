import { hashToken } from '../platform/secrets.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type ReadProof, readProofOfWork } from './proof-of-work.ts'
import { SEPARATOR } from './slider.ts'

/** What somebody brings to show that he is no machine. Whether it was used is seen only when it is. */
export type Credential =
  | { readonly kind: 'proof_of_work'; readonly proof: ReadProof }
  | {
      readonly kind: 'slider'
      readonly credentialHash: string
      /** Absent where the whole credential is encrypted. */
      readonly tokenHash: string | undefined
    }

/** @param captchaToken as it came; blank is none */
export async function readCredential(
  vault: Vault,
  captchaToken: string,
  clientId: string,
  now: number,
): Promise<Credential | undefined> {
  const text = captchaToken.trim()
  if (text === '') return undefined
  const end = text.indexOf(SEPARATOR)
  const token = end === -1 ? undefined : text.slice(0, end)
  if (token === undefined) {
    const proof = await readProofOfWork(vault, text, clientId, now)
    if (proof !== undefined) return { kind: 'proof_of_work', proof }
  }
  return {
    kind: 'slider',
    credentialHash: hashToken(text),
    tokenHash: token === undefined ? undefined : hashToken(token),
  }
}
