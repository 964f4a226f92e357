import { z } from 'zod'
import { StartError } from '../platform/start-error.ts'
import { isLoopback } from './loopback.ts'

const ENDPOINT_FORM = 'An endpoint is https:// and a host, and nothing after it'

/** Where a vendor is asked; plain `http:` only on this machine, because requests hold codes. */
export function endpointField(usual: string, meaning: string) {
  return z
    .string()
    .refine((text) => parseEndpoint(text) !== undefined, ENDPOINT_FORM)
    .default(usual)
    .describe(meaning)
}

/** A signature as the vendor's console lists it; the vendor puts the brackets around it. */
export const signName = z
  .string()
  .regex(/^[^\s【】[\]\p{Cc}\p{Cs}]{1,40}$/u, 'The signature is the bare name, without brackets or spaces')

/** @throws {StartError} without showing the endpoint */
export function openEndpoint(gateway: string, endpoint: string): URL {
  const url = parseEndpoint(endpoint)
  if (url === undefined) throw new StartError(`The endpoint of ${gateway} cannot be meant. ${ENDPOINT_FORM}`)
  return url
}

function parseEndpoint(text: string): URL | undefined {
  const url = URL.parse(text)
  if (url === null || url.username !== '' || url.password !== '') return undefined
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') return undefined
  const isReachable = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
  return isReachable ? url : undefined
}

/**
 * A secret from a file often ends in a line break, and the vendor would only answer that the signature is
 * wrong.
 *
 * @param secrets by the name of their setting
 * @throws {StartError} without showing them
 */
export function checkSecrets(gateway: string, secrets: Readonly<Record<string, string>>): void {
  for (const [name, secret] of Object.entries(secrets)) {
    if (!/^[\x21-\x7e]+$/.test(secret)) {
      throw new StartError(
        `The ${name} of ${gateway} is empty, or has a space, a line break or a character outside ASCII in it`,
      )
    }
  }
}
