import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { expect } from 'vitest'
import { z } from 'zod'
import type { TestServer } from './server.ts'

const signedIn = z.object({ id_token: z.string() })
const keySet = z.object({ keys: z.array(z.looseObject({ kid: z.string(), kty: z.string() })) })

/** Logs alice in, who is bound. */
export async function idTokenOf(server: TestServer): Promise<string> {
  const reply = await server.miniProgram().login('alice')
  expect(reply).toMatchObject({ httpStatus: 200, outcome: 'SUCCESS' })
  return signedIn.parse(reply.body).id_token
}

/** The keys as they are published. */
export async function keysOf(server: TestServer): Promise<z.infer<typeof keySet>> {
  const response = await fetch(`${server.url}/api/v1/oauth2/keys`)
  expect(response.status).toBe(200)
  expect(response.headers.get('cache-control')).toBe('public, max-age=300')
  return keySet.parse(await response.json())
}

export const kidsOf = async (server: TestServer) => (await keysOf(server)).keys.map(({ kid }) => kid)
export const kidOf = (idToken: string) => String(decodeProtectedHeader(idToken).kid)

/** Whether somebody with these keys takes the token at that moment. */
export async function verifies(idToken: string, keys: JSONWebKeySet, now: number): Promise<boolean> {
  return jwtVerify(idToken, createLocalJWKSet(keys), { currentDate: new Date(now) }).then(
    () => true,
    () => false,
  )
}
