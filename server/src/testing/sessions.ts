import { z } from 'zod'
import type { TestServer } from './server.ts'

export const REFRESH = 'sso/session-token/id-token'
export const SESSION_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0023'

export const signedInBody = z.object({ session_token: z.string(), id_token: z.string(), expire: z.number() })

/** Binds somebody to the first demo user. */
export async function signIn(server: TestServer): Promise<z.infer<typeof signedInBody>> {
  const pending = await server.miniProgram().openSignIn('alice')
  await pending.send('11012345678')
  return signedInBody.parse((await pending.bind('11012345678', '232326')).body)
}

export const withSession = (sessionToken: string) => ({ headers: { 'session-token': sessionToken } })
