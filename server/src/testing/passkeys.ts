import type { TestContext } from 'vitest'
import { z } from 'zod'
import type { MiniProgram, Reply } from './mini-program.ts'
import { startServer, type TestServer } from './server.ts'
import { bindAndSignIn, type SignedIn, signedIn } from './signed-in.ts'
import { makeSoftwareKey, type SoftwareKey, type Untruth } from './software-key.ts'

export const PASSKEY_REFUSED = 'IDAAS.SDK.MFA.9221'

const PATH = '/api/v2/ligature/factors/passkeys'
const list = z.object({
  passkeys: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      created_at: z.number(),
      last_used_at: z.number().nullable(),
      backed_up: z.boolean(),
    }),
  ),
})

/** The calls about passkeys, by who is signed in. */
export interface PasskeyCalls {
  options(): Promise<Reply>
  enrol(response: unknown, name?: string): Promise<Reply>
  list(): Promise<z.infer<typeof list>['passkeys']>
  rename(id: string, name: string): Promise<Reply>
  remove(id: string): Promise<Reply>
}

export function passkeysOf(program: MiniProgram, { idToken }: Pick<SignedIn, 'idToken'>): PasskeyCalls {
  const headers = { Authorization: `Bearer ${idToken}` }
  const post = (path: string, body?: unknown) => program.call(path, { headers, body })
  return {
    options: () => post(`${PATH}/options`),
    enrol: (response, name = 'my phone') => post(PATH, { name, response }),
    list: async () =>
      list.parse((await program.call('/api/v2/ligature/factors', { method: 'GET', headers })).body).passkeys,
    rename: (id, name) => post(`${PATH}/rename`, { id, name }),
    remove: (id) => post(`${PATH}/remove`, { id }),
  }
}

/** Where pages are that may use passkeys: an IP address is no place for them. */
export function pageOrigin(server: TestServer): string {
  return server.url.replace('127.0.0.1', 'localhost')
}

export const askForPasskey = (program: MiniProgram) => program.call('/api/v2/ligature/login/passkey/options')
export const logInWith = (program: MiniProgram, response: unknown) =>
  program.call('/api/v2/ligature/login/passkey', { body: { response } })

/** Signs in with a key, or with what it is made to say. */
export async function loginByPasskey(
  program: MiniProgram,
  key: SoftwareKey,
  untruth?: Untruth,
): Promise<Reply> {
  return logInWith(program, key.get((await askForPasskey(program)).body, untruth))
}

/** A person with a passkey, signed in by WeChat before he had it. */
export async function enrolled(
  server: TestServer,
  program = server.miniProgram(),
  person = 'alice',
): Promise<{ user: SignedIn; key: SoftwareKey; id: string }> {
  const user = await bindAndSignIn(program, person)
  const key = makeSoftwareKey(pageOrigin(server))
  return { user, key, id: await enrolKey(program, user, key) }
}

/** Enrols a key. @returns its id */
export async function enrolKey(
  program: MiniProgram,
  user: Pick<SignedIn, 'idToken'>,
  key: SoftwareKey,
): Promise<string> {
  const calls = passkeysOf(program, user)
  const reply = await calls.enrol(key.create((await calls.options()).body))
  if (reply.outcome !== 'OK') throw new Error(`not enrolled: ${reply.text}`)
  return z.string().parse(reply.body['id'])
}

/** Signs in with a passkey. */
export async function signInWith(program: MiniProgram, key: SoftwareKey): Promise<SignedIn> {
  return signedIn(program, await loginByPasskey(program, key))
}

/** Somebody who has just signed in and has no passkey yet. */
export async function newcomer(t: TestContext, person = 'alice') {
  const server = await startServer(t)
  const program = server.miniProgram()
  const user = await bindAndSignIn(program, person)
  return { server, program, user, calls: passkeysOf(program, user), key: makeSoftwareKey(pageOrigin(server)) }
}
