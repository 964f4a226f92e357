import { isIP } from 'node:net'
import { z } from 'zod'
import type { Db } from '../../platform/db/index.ts'
import { definePolicy, readPolicy } from '../../platform/policy/index.ts'
import { Refusal } from '../../platform/refusal.ts'
import { passkeyRefusals } from './refusals.ts'

const NOT_A_NAME =
  'must be a domain name in lower case, such as example.com; browsers keep passkeys for no IP address'
const NOT_AN_ORIGIN =
  'must be https://, a host and perhaps a port, such as https://login.example.com; http:// for localhost only; or android:apk-key-hash: and the hash'

/** Where passkeys are good. */
export const passkeyPolicy = definePolicy(
  'passkeys',
  z
    .strictObject({
      rp_id: z
        .string({ error: NOT_A_NAME })
        .max(253)
        .refine(isDomainName, { error: NOT_A_NAME })
        .optional()
        .describe(
          'The domain that passkeys are kept for; pages of it and of what is below it can use them. Changed later, all that were enrolled are lost. Absent: the host of the public URL.',
        ),
      origins: z
        .array(z.string({ error: NOT_AN_ORIGIN }).refine(isOrigin, { error: NOT_AN_ORIGIN }))
        .min(1)
        .max(100)
        .optional()
        .describe(
          'The web pages and Android apps that may use passkeys, by origin. Absent: the public URL alone.',
        ),
      name: z
        .string()
        .min(1)
        .max(64)
        .optional()
        .describe('What a device calls the place that a passkey is for. Absent: the domain.'),
    })
    .refine(({ rp_id: rpId, origins }) => rpId === undefined || (origins ?? []).every(isWithin(rpId)), {
      path: ['origins'],
      message: 'must be at rp_id, or below it',
    }),
)

/** Who asks for a passkey, in the words of Web Authentication. */
export interface RelyingParty {
  readonly rpId: string
  readonly origins: readonly string[]
  readonly name: string
}

export interface RelyingPartyDeps {
  readonly db: Db
  publicUrl(): string
}

/**
 * Who this deployment is to authenticators. Nothing of it comes from a request.
 *
 * Reached by a loopback address it is `localhost`: browsers keep passkeys for names only, and take that one without
 * TLS. Open such a server as http://localhost:PORT to use them.
 *
 * @throws {Refusal} `passkeysUnavailable`
 */
export async function readRelyingParty(deps: RelyingPartyDeps): Promise<RelyingParty> {
  const policy = await readPolicy(deps.db, passkeyPolicy)
  const url = new URL(deps.publicUrl())
  if (isLoopback(url.hostname)) url.hostname = 'localhost'
  const rpId = policy.rp_id ?? url.hostname
  if (!isDomainName(rpId)) {
    throw new Refusal(passkeyRefusals.passkeysUnavailable, {
      because: 'the public URL has an IP address, and passkeys.rp_id is not set',
    })
  }
  return { rpId, origins: policy.origins ?? [url.origin], name: policy.name ?? rpId }
}

function isLoopback(hostname: string): boolean {
  return hostname.startsWith('127.') || hostname === '[::1]'
}

function isDomainName(text: string): boolean {
  const host = URL.parse(`https://${text}`)
  return host !== null && host.href === `https://${text}/` && isIP(text) === 0 && !text.startsWith('[')
}

function isOrigin(text: string): boolean {
  if (/^android:apk-key-hash:[\w-]{43}$/.test(text)) return true
  const url = URL.parse(text)
  if (url === null || url.origin !== text) return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && url.hostname === 'localhost')
}

function isWithin(rpId: string): (origin: string) => boolean {
  return (origin) => {
    const host = URL.parse(origin)?.hostname ?? ''
    return origin.startsWith('android:') || host === rpId || host.endsWith(`.${rpId}`)
  }
}
