import { describe, expect, test } from 'vitest'
import { credentialRefusals, passwordPolicy } from '../credentials/index.ts'
import { inTransaction } from '../platform/db/index.ts'
import { savePolicy } from '../platform/policy/index.ts'
import { startServer, type TestServer } from '../testing/server.ts'
import { addUserWithPassword, countedHashing, GOOD, HASH_OF_GOOD, logIn } from '../testing/passwords.ts'
import { setUserDisabled } from '../users/index.ts'

const INCORRECT = credentialRefusals.passwordIncorrect.code
const LOCKED = credentialRefusals.locked.code
const MINUTE_MS = 60_000
const LI = '13800138000'
const MAIL = 'li@example.com'

describe('a right password', () => {
  test('signs its user in, with a reply of the documented form', async (t) => {
    const server = await startServer(t)
    const user = await addUserWithPassword(server)

    const reply = await logIn(server.miniProgram(), GOOD, 'LI')

    expect(reply).toMatchObject({ httpStatus: 200, outcome: 'SUCCESS', body: { expire: 432_000 } })
    expect(Object.keys(reply.body)).toEqual(['session_token', 'expire', 'status', 'id_token'])
    const session = await server.deployment.db.selectFrom('session').selectAll().executeTakeFirstOrThrow()
    expect(session).toMatchObject({ user_id: user.id, identity_id: null })
  })

  test.for([
    ['login', { user_name: 'li' }, true],
    ['login', { user_name: LI }, false],
    ['login', { user_name: MAIL }, false],
    ['login/auth', { user_name: 'li' }, true],
    ['login/auth', { user_name: LI }, true],
    ['login/auth', { user_name: `+86-${LI}` }, true],
    ['login/auth', { user_name: 'Li@Example.com' }, true],
    ['login/mobile-pwd', { mobile: LI }, true],
    ['login/email-pwd', { email: MAIL }, true],
  ] as const)('at %s with %o: %s', async ([path, name, isFound], t) => {
    const server = await startServer(t)
    await addUserWithPassword(server, { mobile: LI, email: MAIL })

    const reply = await server.miniProgram().call(path, { body: { ...name, password: GOOD } })

    expect(reply.outcome).toBe(isFound ? 'SUCCESS' : INCORRECT)
  })

  test('finds nobody by an address that is not verified', async (t) => {
    const server = await startServer(t)
    await addUserWithPassword(server, { mobile: LI, email: MAIL, isVerified: false })
    const program = server.miniProgram()

    for (const [path, body] of [
      ['login/auth', { user_name: LI }],
      ['login/mobile-pwd', { mobile: LI }],
      ['login/email-pwd', { email: MAIL }],
    ] as const) {
      const reply = await program.call(path, { body: { ...body, password: GOOD } })
      expect(reply).toMatchObject({ httpStatus: 400, outcome: INCORRECT })
    }
  })

  test('of a disabled user is denied, and only the right one tells', async (t) => {
    const server = await startServer(t)
    const user = await addUserWithPassword(server)
    await disable(server, user.id)
    const program = server.miniProgram()

    expect(await logIn(program, 'Wrong-password-1')).toMatchObject({ outcome: INCORRECT })
    expect(await logIn(program, GOOD)).toMatchObject({ httpStatus: 200, outcome: 'ACCESS_DENIED' })
    expect(await server.count('session')).toBe(0)
  })

  test('counts however the same letters are put together', async (t) => {
    const server = await startServer(t)
    await addUserWithPassword(server)
    const program = server.miniProgram()
    const login = await logIn(program, GOOD)
    await program.call('pwd/change', {
      headers: { Authorization: `Bearer ${String(login.body['id_token'])}` },
      body: { old_password: GOOD, new_password: 'Caf\u00e9-Nr-7-Tango' },
    })

    expect(await logIn(program, 'Cafe\u0301-Nr-7-Tango')).toMatchObject({ outcome: 'SUCCESS' })
  })
})

describe('a wrong password', () => {
  test('tells how many guesses are left, at the end of the message', async (t) => {
    const server = await startServer(t)
    await addUserWithPassword(server)
    const inEnglish = server.miniProgram()
    const inChinese = server.miniProgram({ language: 'zh' })

    const first = await logIn(inEnglish, 'wrong')
    expect(first.httpStatus).toBe(400)
    expect(first.body['error_msg']).toBe('Invalid user name or password. Remaining login attempts: 9')
    const second = await logIn(inChinese, 'wrong')
    expect(second.body['error_msg']).toBe('无效的用户名或密码。 剩余登录尝试次数:8')
  })

  test('locks at the tenth time, and the right one is refused until the time is over', async (t) => {
    const server = await startServer(t)
    await addUserWithPassword(server)
    const program = server.miniProgram()

    for (let left = 9; left >= 1; left--) {
      expect(await logIn(program, 'wrong')).toMatchObject({ outcome: INCORRECT })
    }
    const tenth = await logIn(program, 'wrong')
    expect(tenth).toMatchObject({ outcome: LOCKED })
    expect(tenth.body['error_msg']).toMatch(/15 minutes and 0 seconds$/)
    server.clock.advance(90_000)
    const locked = await logIn(program, GOOD)
    expect(locked.body['error_msg']).toMatch(/13 minutes and 30 seconds$/)

    server.clock.advance(15 * MINUTE_MS - 90_000 - 1)
    expect(await logIn(program, GOOD)).toMatchObject({ outcome: LOCKED })
    server.clock.advance(1)
    expect(await logIn(program, GOOD)).toMatchObject({ outcome: 'SUCCESS' })
    expect((await logIn(program, 'wrong')).text).toMatch(/: 9"/)
  })

  test('locks for twice as long each time, up to a maximum', async (t) => {
    const server = await startServer(t)
    await savePolicy(server.deployment.db, passwordPolicy, {
      failures_until_lock: 2,
      lock_for: '1 minute',
      lock_at_most: '3 minutes',
    })
    await addUserWithPassword(server)
    const program = server.miniProgram()

    const times: string[] = []
    for (let round = 0; round < 4; round++) {
      await logIn(program, 'wrong')
      const reply = await logIn(program, 'wrong')
      times.push(/unlocked in (.*)$/.exec(String(reply.body['error_msg']))?.[1] ?? '')
      server.clock.advance(3 * MINUTE_MS)
    }
    expect(times).toEqual(['1', '2', '3', '3'].map((minutes) => `${minutes} minutes and 0 seconds`))
  })

  test('is forgotten after a quarter of an hour without a guess, and not before', async (t) => {
    const server = await startServer(t)
    await addUserWithPassword(server)
    const program = server.miniProgram()

    await logIn(program, 'wrong')
    server.clock.advance(15 * MINUTE_MS - 1)
    expect((await logIn(program, 'wrong')).text).toMatch(/: 8"/)
    server.clock.advance(15 * MINUTE_MS)
    expect((await logIn(program, 'wrong')).text).toMatch(/: 9"/)
  })

  test('is counted for the user, by whatever name and application he is meant', async (t) => {
    const server = await startServer(t)
    await addUserWithPassword(server, { mobile: LI, email: MAIL })
    const other = server.miniProgram({ clientId: 'demoBindOrRegister00000000000001' })

    await logIn(server.miniProgram(), 'wrong')
    await other.call('login/mobile-pwd', { body: { mobile: LI, password: 'wrong' } })
    const third = await other.call('login/email-pwd', { body: { email: MAIL, password: 'wrong' } })

    expect(third.text).toMatch(/: 7"/)
  })

  test('of sixteen at once ten are compared, and all of them are counted', async (t) => {
    const server = await startServer(t)
    await addUserWithPassword(server)
    const program = server.miniProgram()

    const replies = await Promise.all(Array.from({ length: 16 }, () => logIn(program, 'wrong')))

    expect(replies.filter(({ outcome }) => outcome === INCORRECT)).toHaveLength(9)
    expect(replies.filter(({ outcome }) => outcome === LOCKED)).toHaveLength(7)
    const left = replies.flatMap(({ text }) => /attempts: (\d+)"/.exec(text)?.[1] ?? [])
    expect(left.toSorted()).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9'])
  })

  test('tells nothing of who exists: body and work are the same for everybody', async (t) => {
    const passwordHashing = countedHashing()
    const server = await startServer(t, { server: { passwordHashing } })
    await addUserWithPassword(server, { mobile: LI })
    const disabled = await addUserWithPassword(server, { userName: 'disabled' })
    await disable(server, disabled.id)
    await server.addUser({ userName: 'without' })
    const program = server.miniProgram()

    const seen = new Map<string, string[]>()
    for (const name of ['li', 'disabled', 'without', 'nobody']) {
      const told: string[] = []
      for (let guess = 1; guess <= 11; guess++) {
        const before = passwordHashing.count()
        const { httpStatus, text, headers } = await logIn(program, 'wrong', name)
        const hashes = passwordHashing.count() - before
        told.push(JSON.stringify([httpStatus, text, headers.get('retry-after'), hashes]))
      }
      seen.set(name, told)
    }
    expect(new Set(Array.from(seen.values(), (told) => told.join('\n'))).size).toBe(1)
    expect(seen.get('nobody')?.[0]).toMatch(/1\]$/)
  })

  test.for(['', 'a\u0000b', 'x'.repeat(257)])(
    'of no possible form is refused before anything is hashed or paid (%#)',
    async (password, t) => {
      const passwordHashing = countedHashing()
      const server = await startServer(t, { server: { passwordHashing } })
      await addUserWithPassword(server)

      const reply = await logIn(server.miniProgram(), password)

      expect(reply.outcome).toMatch(/^IDAAS\.SDK\.PARAM\.900[123]$/)
      expect(passwordHashing.count()).toBe(0)
      expect(await server.count('password_guess')).toBe(0)
    },
  )

  test('of 256 bytes is compared', async (t) => {
    const server = await startServer(t)
    expect(await logIn(server.miniProgram(), 'x'.repeat(256))).toMatchObject({ outcome: INCORRECT })
  })

  test('is in no log and no table', async (t) => {
    const server = await startServer(t)
    await addUserWithPassword(server)
    const program = server.miniProgram()
    await logIn(program, 'Wrong-Secret-77')
    await logIn(program, GOOD)

    const { db } = server.deployment
    const kept = JSON.stringify([
      server.logLines,
      await db.selectFrom('audit_event').selectAll().execute(),
      await db.selectFrom('password').selectAll().execute(),
      await db.selectFrom('password_guess').selectAll().execute(),
    ])
    for (const secret of ['Wrong-Secret-77', GOOD, '$argon2id', HASH_OF_GOOD]) {
      expect(kept).not.toContain(secret)
    }
    expect(kept).toContain('password_refused')
  })
})

function disable(server: TestServer, userId: string): Promise<void> {
  return inTransaction(server.deployment.db, (tx) => setUserDisabled(tx, userId, server.clock.now()))
}
