import { z } from 'zod'

/** Bytes as base64url; so many characters at most. */
function bytes(maxLength: number) {
  return z
    .string()
    .min(1)
    .max(maxLength)
    .regex(/^[\w-]+$/)
}

/** 1023 bytes at most. @see Web Authentication, section 4, Credential ID */
const credentialId = bytes(1364)

const credential = z.object({ id: credentialId, rawId: credentialId, type: z.literal('public-key') })

/** What `toJSON()` makes of a new passkey; only what is looked at. */
export const creationResponse = credential.extend({
  response: z.object({
    clientDataJSON: bytes(4096),
    attestationObject: bytes(8192),
    transports: z
      .array(z.string().regex(/^[a-z-]{1,32}$/))
      .max(8)
      .optional(),
  }),
})

/** What `toJSON()` makes of a passkey that was used; only what is looked at. */
export const assertionResponse = credential.extend({
  response: z.object({
    clientDataJSON: bytes(4096),
    authenticatorData: bytes(4096),
    signature: bytes(2048),
    userHandle: bytes(128).nullable().optional(),
  }),
})

export type CreationResponse = z.infer<typeof creationResponse>
export type AssertionResponse = z.infer<typeof assertionResponse>

const descriptor = z.object({
  id: z.string(),
  type: z.literal('public-key'),
  transports: z.array(z.string()).optional(),
})

/** For `PublicKeyCredential.parseCreationOptionsFromJSON`. */
export const creationOptions = z.object({
  challenge: z.string(),
  rp: z.object({ id: z.string(), name: z.string() }),
  user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
  pubKeyCredParams: z.array(z.object({ type: z.literal('public-key'), alg: z.number() })),
  /** Milliseconds. */
  timeout: z.number(),
  excludeCredentials: z.array(descriptor),
  authenticatorSelection: z.object({
    residentKey: z.literal('required'),
    requireResidentKey: z.literal(true),
    userVerification: z.literal('required'),
  }),
  attestation: z.literal('none'),
})

/** For `PublicKeyCredential.parseRequestOptionsFromJSON`. */
export const requestOptions = z.object({
  challenge: z.string(),
  rpId: z.string(),
  /** Milliseconds. */
  timeout: z.number(),
  /** Empty where nobody has said yet who he is: the device shows those that it has. */
  allowCredentials: z.array(descriptor),
  userVerification: z.literal('required'),
})

export type CreationOptions = z.infer<typeof creationOptions>
export type RequestOptions = z.infer<typeof requestOptions>
