import { type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { toFixedLength } from './fixed-length.ts'
import type { SigningAlgorithm } from './make-signing-key.ts'

const signInThread = promisify(sign)

/**
 * Signs claims as a JSON Web Token in its compact form.
 *
 * By OpenSSL directly: the way of a library through WebCrypto takes three times as long for ES256. An RSA signature
 * takes as long as everything else of a request together, so another thread makes it.
 *
 * @see RFC 7515, section 7.1; RFC 7518, section 3.4 for the form of an ES256 signature
 */
export async function signToken(
  header: Readonly<Record<string, string>>,
  claims: Readonly<Record<string, string | number>>,
  algorithm: SigningAlgorithm,
  privateKey: KeyObject,
): Promise<string> {
  const input = `${encoded(header)}.${encoded(claims)}`
  const signature = await signatureOf(Buffer.from(input), algorithm, privateKey)
  return `${input}.${signature.toString('base64url')}`
}

async function signatureOf(input: Buffer, algorithm: SigningAlgorithm, key: KeyObject): Promise<Buffer> {
  switch (algorithm) {
    case 'RS256':
      return signInThread('sha256', input, key)
    case 'ES256':
      // Node's own change of form takes as long as the signature itself.
      return toFixedLength(sign('sha256', input, key))
    case 'EdDSA':
      return sign(null, input, key)
  }
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
