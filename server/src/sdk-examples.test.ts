import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hash } from '@node-rs/argon2'
import { expect, test, type TestContext } from 'vitest'
import { z } from 'zod'
import { savePolicy } from './platform/policy/index.ts'
import { registration } from './sign-in/index.ts'
import { addUserWithPassword } from './testing/passwords.ts'
import { BIND_CLIENT_ID, REGISTER_CLIENT_ID, startServer, type TestServer } from './testing/server.ts'
import { parseMobile } from './users/index.ts'
import { setTestAddress } from './verifications/index.ts'

const json = z.record(z.string(), z.unknown())
const headers = z.record(z.string(), z.string())

/** What the documentation of the API prints: a request, and what it answers. */
const examples = z
  .array(
    z.strictObject({
      /** Of the documentation. */
      section: z.string(),
      title: z.string(),
      application: z.enum(['bind', 'bind or register']).default('bind'),
      /** What is there before the request. */
      given: z
        .strictObject({
          /** Somebody of the emulated WeChat who is bound to the demo user. */
          bound: z.string(),
          /** A sign-in that waits; its token goes along. */
          stateTokenOf: z.enum(['SOCIAL_BIND', 'USER_REGISTER']),
          user: z.strictObject({ email: z.string(), fixedCode: z.string() }),
          passwordUser: z.strictObject({ userName: z.string(), mobile: z.string(), password: z.string() }),
          /** An address of nobody's, to which nothing is sent. */
          fixedCode: z.strictObject({ address: z.string(), code: z.string() }),
          registrationOpen: z.literal(true),
          /** A session; its id_token goes along. */
          signedIn: z.literal(true),
          /** A session; its token goes along. */
          session: z.literal(true),
        })
        .partial()
        .default({}),
      /** The code that is sent before the request. */
      sends: json.optional(),
      request: z.strictObject({
        method: z.enum(['GET', 'POST']),
        path: z.string(),
        headers: headers.default({}),
        body: json.optional(),
      }),
      status: z.number(),
      /** As printed; `null` is an empty body. Fields of ours may stand beside. */
      reply: json.nullable(),
      /** The fields that have the very values that are printed; the others have their type. */
      literally: z.array(z.string()).default([]),
    }),
  )
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, 'testing/sdk-examples.json'), 'utf8')))

type Example = (typeof examples)[number]

test.for(examples)('section $section: $title', async (example, t) => {
  const { server, carried } = await prepare(t, example)
  const { request, sends } = example
  const program = server.miniProgram({
    clientId: clientIdOf(example),
    language: request.headers['X-L'] === 'en' ? 'en' : 'zh',
  })
  if (sends !== undefined) {
    const path = 'mobile' in sends ? 'sms/send' : 'email/send'
    expect(await program.call(path, { body: sends })).toMatchObject({ outcome: 'OK' })
  }

  const reply = await program.call(request.path, { ...request, headers: { ...carried, ...request.headers } })

  expect(reply).toMatchObject({ httpStatus: example.status })
  if (example.reply === null) expect(reply.text).toBe('')
  else expect(reply.body).toMatchObject(shapeOf(example.reply, example.literally))
})

/** @returns the server, and the headers that go along */
async function prepare(t: TestContext, example: Example) {
  const { given } = example
  const server = await startServer(t, { mode: 'dev' })
  await prepareDeployment(server, given)
  if (given.bound !== undefined) await signIn(server, given.bound)
  const carried: Record<string, string> = {}
  if (given.stateTokenOf !== undefined) {
    const pending = await server.miniProgram({ clientId: clientIdOf(example) }).openSignIn('dave')
    expect(pending.status).toBe(given.stateTokenOf)
    carried['X-state-token'] = pending.stateToken
  }
  if (given.signedIn !== undefined || given.session !== undefined) {
    const session = await signIn(server, 'erin')
    if (given.signedIn === true) carried['Authorization'] = `Bearer ${String(session['id_token'])}`
    if (given.session === true) carried['session-token'] = String(session['session_token'])
  }
  return { server, carried }
}

async function prepareDeployment(server: TestServer, given: Example['given']): Promise<void> {
  const { db, vault } = server.deployment
  if (given.user !== undefined) await server.addUser(given.user)
  if (given.passwordUser !== undefined) {
    const { password, ...user } = given.passwordUser
    const cheap = { memoryCost: 64, timeCost: 1, parallelism: 1 }
    await addUserWithPassword(server, user, await hash(password, cheap))
  }
  if (given.fixedCode !== undefined) {
    await setTestAddress(db, vault, await parseMobile(given.fixedCode.address), given.fixedCode.code)
  }
  if (given.registrationOpen === true) await savePolicy(db, registration, { open: true })
}

async function signIn(server: TestServer, person: string) {
  const opened = await server.miniProgram().openSignIn(person)
  await opened.send('11012345678')
  const reply = await opened.bind('11012345678', '232326')
  expect(reply).toMatchObject({ outcome: 'SUCCESS' })
  return reply.body
}

function clientIdOf({ application }: Example): string {
  return application === 'bind' ? BIND_CLIENT_ID : REGISTER_CLIENT_ID
}

/** What stands for a printed value: the value itself, or anything of its type. */
function shapeOf(printed: Readonly<Record<string, unknown>>, literally: readonly string[]) {
  return Object.fromEntries(
    Object.entries(printed).map(([field, value]) => [
      field,
      literally.includes(field) ? value : typeOf(value),
    ]),
  )
}

function typeOf(printed: unknown): unknown {
  if (Array.isArray(printed)) return printed.map(typeOf)
  if (printed === null) return null
  if (typeof printed === 'object') return shapeOf(json.parse(printed), [])
  return expect.any(constructors[z.enum(['string', 'number', 'boolean']).parse(typeof printed)])
}

const constructors = { string: String, number: Number, boolean: Boolean } as const
