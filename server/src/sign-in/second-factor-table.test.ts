import { describe, expect, test, type TestContext } from 'vitest'
import { savePolicy } from '../platform/policy/index.ts'
import { startGroup } from '../testing/group.ts'
import type { MiniProgram, Reply } from '../testing/mini-program.ts'
import { addUserWithPassword, GOOD, logIn } from '../testing/passwords.ts'
import { pendingFactor, setAccess } from '../testing/second-factor.ts'
import { REGISTER_CLIENT_ID, startServer, type TestServer } from '../testing/server.ts'
import { bindAndSignIn } from '../testing/signed-in.ts'
import { registration } from './registration.ts'

const LI = '13800138000'
const LI_MAIL = 'li@example.com'
const CODE = '232326'
const NEW = '13900139000'

/** What a proof has done to the data, beside opening a session. */
interface Done {
  readonly identities: number
  readonly users: number
  /** Whether some account is closed. */
  readonly closed: number
}

interface Stage {
  readonly server: TestServer
  readonly program: MiniProgram
  /** Shows the proof, once. */
  prove(): Promise<Reply>
}

/** A first proof: how it is shown, and what of it is there before and after the second factor. */
interface Row {
  readonly proof: string
  arrange(t: TestContext): Promise<Stage>
  /** By which own address the second factor is passed; `undefined` where its user has none left, and enrols one. */
  readonly factor: string | undefined
  readonly before: Done
  /** When the second factor is still wanted. What belongs to nobody else is done already. */
  readonly waiting: Done
  readonly after: Done
}

async function startWithLi(t: TestContext) {
  const server = await startServer(t, { mode: 'dev' })
  await addUserWithPassword(server, { mobile: LI, email: LI_MAIL, fixedCode: CODE })
  return { server, program: server.miniProgram() }
}

async function startOpen(t: TestContext) {
  const server = await startServer(t, { mode: 'dev' })
  await savePolicy(server.deployment.db, registration, { open: true })
  return { server, program: server.miniProgram() }
}

const nobodyBound = { identities: 0, users: 2, closed: 0 }
const bound = { identities: 1, users: 2, closed: 0 }

const rows: readonly Row[] = [
  {
    proof: 'an identity that is known',
    async arrange(t) {
      const { server, program } = await startWithLi(t)
      await bindAndSignIn(program, 'alice', LI, CODE)
      return { server, program, prove: () => program.login('alice') }
    },
    factor: LI,
    before: bound,
    waiting: bound,
    after: bound,
  },
  {
    proof: 'a code to a mobile, to which an identity is to be bound',
    async arrange(t) {
      const { server, program } = await startWithLi(t)
      const signIn = await program.openSignIn('alice')
      await signIn.send(LI)
      return { server, program, prove: () => signIn.bind(LI, CODE) }
    },
    factor: LI_MAIL,
    before: nobodyBound,
    waiting: nobodyBound,
    after: bound,
  },
  {
    proof: 'a code to an email, to which an identity is to be bound',
    async arrange(t) {
      const { server } = await startWithLi(t)
      const program = server.miniProgram({ clientId: REGISTER_CLIENT_ID })
      const signIn = await program.openSignIn('alice')
      await signIn.send(LI_MAIL, { register: true })
      return { server, program, prove: () => signIn.registerBind(LI_MAIL, CODE) }
    },
    factor: LI,
    before: nobodyBound,
    waiting: nobodyBound,
    after: bound,
  },
  {
    proof: 'the phone button, to whose number an identity is to be bound',
    async arrange(t) {
      const { server, program } = await startWithLi(t)
      const signIn = await program.openSignIn('alice')
      return { server, program, prove: () => signIn.phoneBind(`mock:alice?phone=${LI}`) }
    },
    factor: LI_MAIL,
    before: nobodyBound,
    waiting: nobodyBound,
    after: bound,
  },
  {
    proof: 'a code to a mobile that is nobody’s yet',
    async arrange(t) {
      const { server } = await startWithLi(t)
      const program = server.miniProgram({ clientId: REGISTER_CLIENT_ID })
      const signIn = await program.openSignIn('alice')
      await signIn.send(NEW, { register: true })
      const verifyCode = await program.newestCode(NEW)
      return { server, program, prove: () => signIn.registerBind(NEW, verifyCode) }
    },
    factor: undefined,
    before: nobodyBound,
    waiting: { identities: 1, users: 3, closed: 0 },
    after: { identities: 1, users: 3, closed: 0 },
  },
  {
    proof: 'the word of the source that it is the same person',
    async arrange(t) {
      const { server, first, second } = await startGroup(t)
      await server.addUser({ mobile: LI, email: LI_MAIL, fixedCode: CODE })
      await bindAndSignIn(first, 'alice', LI, CODE)
      return { server, program: second, prove: () => second.login('alice') }
    },
    factor: LI,
    before: bound,
    waiting: bound,
    after: { ...bound, identities: 2 },
  },
  {
    proof: 'a code to a mobile, for signing in',
    async arrange(t) {
      const { server, program } = await startWithLi(t)
      await program.send(LI, 'LOGIN_SMS')
      const body = { mobile: LI, verify_code: CODE }
      return { server, program, prove: () => program.call('login/mobile-verify-code', { body }) }
    },
    factor: LI_MAIL,
    before: nobodyBound,
    waiting: nobodyBound,
    after: nobodyBound,
  },
  {
    proof: 'a code to an email, for signing in',
    async arrange(t) {
      const { server, program } = await startWithLi(t)
      await program.send(LI_MAIL, 'LOGIN_EMS')
      const body = { email: LI_MAIL, verify_code: CODE }
      return { server, program, prove: () => program.call('login/email-verify-code', { body }) }
    },
    factor: LI,
    before: nobodyBound,
    waiting: nobodyBound,
    after: nobodyBound,
  },
  {
    proof: 'the phone button, for signing in',
    async arrange(t) {
      const { server, program } = await startWithLi(t)
      return { server, program, prove: () => program.loginByPhone(`mock:alice?phone=${LI}`) }
    },
    factor: LI_MAIL,
    before: nobodyBound,
    waiting: nobodyBound,
    after: nobodyBound,
  },
  {
    proof: 'a code to a mobile, for registering',
    async arrange(t) {
      const { server, program } = await startOpen(t)
      await program.send(NEW, 'REGISTER_SMS')
      const body = { mobile: NEW, verify_code: await program.newestCode(NEW) }
      return { server, program, prove: () => program.call('register/mobile-verify-code', { body }) }
    },
    factor: undefined,
    before: { identities: 0, users: 1, closed: 0 },
    waiting: { identities: 0, users: 2, closed: 0 },
    after: { identities: 0, users: 2, closed: 0 },
  },
  {
    proof: 'a password',
    async arrange(t) {
      const { server, program } = await startWithLi(t)
      return { server, program, prove: () => logIn(program, GOOD) }
    },
    factor: LI,
    before: nobodyBound,
    waiting: nobodyBound,
    after: nobodyBound,
  },
  {
    proof: 'a code to a mobile, for opening an account again',
    async arrange(t) {
      const { server, program } = await startWithLi(t)
      const { clock, deployment } = server
      const closesAt = clock.now() + 24 * 60 * 60_000
      await deployment.db
        .updateTable('user')
        .set({ closes_at: closesAt })
        .where('user_name', '=', 'li')
        .execute()
      await program.send(LI, 'LOGIN_SMS')
      const body = { mobile: LI, verify_code: CODE }
      return {
        server,
        program,
        prove: () => program.call('/api/v2/ligature/account/reopen', { body }),
      }
    },
    factor: LI_MAIL,
    before: { ...nobodyBound, closed: 1 },
    waiting: { ...nobodyBound, closed: 1 },
    after: nobodyBound,
  },
]

async function doneAt({ server }: Stage): Promise<Done> {
  const closed = await server.deployment.db
    .selectFrom('user')
    .select('id')
    .where('closes_at', 'is not', null)
    .execute()
  return {
    identities: await server.count('identity'),
    users: await server.count('user'),
    closed: closed.length,
  }
}

describe.for(rows)('$proof', (row) => {
  test('where a rule allows, comes in', async (t) => {
    const stage = await row.arrange(t)
    const sessions = await stage.server.count('session')
    await setAccess(stage.server, { rules: [{ name: 'all', result: 'allow' }] })

    expect(await stage.prove()).toMatchObject({ httpStatus: 200, outcome: 'SUCCESS' })
    expect(await doneAt(stage)).toEqual(row.after)
    expect(await stage.server.count('session')).toBe(sessions + 1)
  })

  test('where a rule wants a second factor, waits for it with nothing done', async (t) => {
    const stage = await row.arrange(t)
    const sessions = await stage.server.count('session')
    expect(await doneAt(stage)).toEqual(row.before)
    await setAccess(stage.server, { rules: [{ name: 'all', result: 'second_factor' }] })

    const reply = await stage.prove()

    expect(reply).toMatchObject({ httpStatus: 200, outcome: 'MFA_AUTH' })
    expect(reply.body).not.toHaveProperty('session_token')
    expect(await doneAt(stage)).toEqual(row.waiting)
    expect(await stage.server.count('session')).toBe(sessions)
    const pending = pendingFactor(stage.program, reply)
    if (row.factor === undefined) {
      expect(await pending.steps()).toEqual(['ENROL_TOTP'])
      return
    }
    stage.server.clock.advance(60_000)
    expect(await pending.passByCode(row.factor, { verify_code: CODE })).toMatchObject({
      httpStatus: 200,
      outcome: 'SUCCESS',
    })
    expect(await doneAt(stage)).toEqual(row.after)
    expect(await stage.server.count('session')).toBe(sessions + 1)
  })

  test('where a rule keeps out, is denied', async (t) => {
    const stage = await row.arrange(t)
    const sessions = await stage.server.count('session')
    await setAccess(stage.server, { rules: [{ name: 'all', result: 'deny' }] })

    expect(await stage.prove()).toMatchObject({ httpStatus: 200, outcome: 'ACCESS_DENIED' })
    expect(await doneAt(stage)).toEqual(row.waiting)
    expect(await stage.server.count('session')).toBe(sessions)
  })
})
