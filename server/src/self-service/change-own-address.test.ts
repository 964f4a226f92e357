import { describe, expect, test, type TestContext } from 'vitest'
import type { Reply } from '../testing/mini-program.ts'
import { demoApplications, startServer, type TestServer } from '../testing/server.ts'
import { bindAndSignIn, type SignedIn, signIn } from '../testing/signed-in.ts'

const CODE_INCORRECT = 'IDAAS.SDK.CAPTCHA.0007'
const ID_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0016'

const ways = [
  {
    path: 'profile/update-mobile',
    field: 'mobile',
    next: '13900139000',
    shown: '+86-13900139000',
    type: 'UPDATE_MOBILE_SMS',
    taken: 'IDAAS.SDK.USER.9105',
    kind: 'mobile_changed',
    login: 'login/mobile-verify-code',
    loginType: 'LOGIN_SMS',
    old: '11012345678',
    oldCode: '232326',
  },
  {
    path: 'profile/update-email',
    field: 'email',
    next: 'new@example.com',
    shown: 'new@example.com',
    type: 'UPDATE_EMAIL_EMS',
    taken: 'IDAAS.SDK.USER.9106',
    kind: 'email_changed',
    login: 'login/email-verify-code',
    loginType: 'LOGIN_EMS',
    old: 'zhangsan@qq.com',
    oldCode: '123456',
  },
] as const

async function startSignedIn(t: TestContext): Promise<{ server: TestServer; li: SignedIn }> {
  const server = await startServer(t)
  return { server, li: await bindAndSignIn(server.miniProgram(), 'li') }
}

describe.for(ways)('$path', (way) => {
  test('puts an address that was proved in the place of the old one, which leads nobody in', async (t) => {
    const { server, li } = await startSignedIn(t)
    const program = server.miniProgram()

    expect(await li.changeAddress(way.next)).toMatchObject({ httpStatus: 200, text: '' })

    expect((await li.profile()).body).toMatchObject({ [way.field]: way.shown })
    server.clock.advance(61_000)
    await program.send(way.next, way.loginType)
    const verifyCode = await program.newestCode(way.next)
    expect(
      await program.call(way.login, { body: { [way.field]: way.next, verify_code: verifyCode } }),
    ).toMatchObject({ outcome: 'SUCCESS' })
    await program.send(way.old, way.loginType)
    expect(
      await program.call(way.login, { body: { [way.field]: way.old, verify_code: way.oldCode } }),
    ).toMatchObject({ httpStatus: 400 })
  })

  test('ends the other sessions and the codes that are under way to either address, and tells the old ones', async (t) => {
    const { server, li } = await startSignedIn(t)
    const program = server.miniProgram()
    const elsewhere = await signIn(program, 'li')
    await program.send(way.old, way.loginType)
    await program.send(way.next, way.loginType)
    const underWay = await program.newestCode(way.next)
    server.clock.advance(61_000)

    await li.changeAddress(way.next)

    expect(await elsewhere.profile()).toMatchObject({ outcome: ID_TOKEN_REFUSED })
    expect(await li.profile()).toMatchObject({ httpStatus: 200 })
    for (const [address, code] of [
      [way.old, way.oldCode],
      [way.next, underWay],
    ]) {
      expect(
        await program.call(way.login, { body: { [way.field]: address, verify_code: code } }),
      ).toMatchObject({ outcome: CODE_INCORRECT })
    }
    const { db } = server.deployment
    const notices = await db
      .selectFrom('notice')
      .select(['kind', 'channel'])
      .where('kind', '=', way.kind)
      .orderBy('channel')
      .execute()
    expect(notices).toMatchObject([
      { kind: way.kind, channel: 'email' },
      { kind: way.kind, channel: 'sms' },
    ])
    const events = await db.selectFrom('audit_event').select(['kind', 'user_id', 'session_id']).execute()
    expect(events.filter(({ kind }) => kind === way.kind)).toMatchObject([{ user_id: li.userId }])
    expect(events.filter(({ kind }) => kind === 'session_ended')).toHaveLength(1)
  })

  test('refuses an address of another user, only to who has proved it', async (t) => {
    const { server, li } = await startSignedIn(t)
    await server.addUser({ [way.field]: way.next })
    const program = server.miniProgram()
    const headers = { Authorization: `Bearer ${li.idToken}` }
    const change = (code: string) =>
      program.call(way.path, { headers, body: { [way.field]: way.next, verify_code: code } })
    await program.send(way.next, way.type)
    const code = await program.newestCode(way.next)
    const notices = await server.count('notice')

    expect(await change(code === '000000' ? '000001' : '000000')).toMatchObject({ outcome: CODE_INCORRECT })
    expect(await change(code)).toMatchObject({ httpStatus: 400, outcome: way.taken })
    expect(await change(code)).toMatchObject({ outcome: CODE_INCORRECT })
    expect(await server.count('notice')).toBe(notices)
    const events = await server.deployment.db.selectFrom('audit_event').select('kind').execute()
    expect(events.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['code_refused', 'address_refused']),
    )
  })

  test('takes an address that another user has not verified', async (t) => {
    const { server, li } = await startSignedIn(t)
    await server.addUser({ [way.field]: way.next, isVerified: false })

    expect(await li.changeAddress(way.next)).toMatchObject({ outcome: 'OK' })
  })

  test('proving the address that he has changes nothing', async (t) => {
    const { server, li } = await startSignedIn(t)
    await li.changeAddress(way.next)
    const elsewhere = await signIn(server.miniProgram(), 'li')
    server.clock.advance(61_000)
    const notices = await server.count('notice')

    expect(await li.changeAddress(way.next)).toMatchObject({ outcome: 'OK' })

    expect(await elsewhere.profile()).toMatchObject({ httpStatus: 200 })
    expect(await server.count('notice')).toBe(notices)
  })

  test('verifies an address that he had not proved', async (t) => {
    const { server, li } = await startSignedIn(t)
    await li.changeAddress(way.next)
    const { db } = server.deployment
    await db.updateTable('user_address').set({ verified_at: null }).where('user_id', '=', li.userId).execute()
    expect((await li.profile()).body).toMatchObject({ [way.field]: '' })
    server.clock.advance(61_000)

    expect(await li.changeAddress(way.next)).toMatchObject({ outcome: 'OK' })
    expect((await li.profile()).body).toMatchObject({ [way.field]: way.shown })
  })

  test('of sixteen users to one address at once, one gets it', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const users: SignedIn[] = []
    for (let n = 0; n < 16; n++) {
      const mobile = `138${10_000_000 + n * 10_000}`
      await server.addUser({ mobile, fixedCode: '123456' })
      users.push(await bindAndSignIn(program, `person${n}`, mobile, '123456'))
    }
    await program.send(way.next, way.type)
    const code = await program.newestCode(way.next)

    const replies = await Promise.all(
      users.map(({ idToken }) =>
        program.call(way.path, {
          headers: { Authorization: `Bearer ${idToken}` },
          body: { [way.field]: way.next, verify_code: code },
        }),
      ),
    )

    expect(replies.filter(({ outcome }) => outcome === 'OK')).toHaveLength(1)
    expect(replies.filter(({ outcome }) => outcome === CODE_INCORRECT)).toHaveLength(15)
  })
})

test('of users with a code each from another application, one gets the address', async (t) => {
  const server = await startServer(t)
  const calls: (() => Promise<Reply>)[] = []
  for (const [n, { clientId }] of demoApplications.entries()) {
    const program = server.miniProgram({ clientId })
    const mobile = `138${10_000_000 + n * 10_000}`
    await server.addUser({ mobile, fixedCode: '123456' })
    const { idToken } = await bindAndSignIn(program, `person${n}`, mobile, '123456')
    await program.send('13900139000', 'UPDATE_MOBILE_SMS')
    const body = { mobile: '13900139000', verify_code: await program.newestCode('13900139000') }
    const headers = { Authorization: `Bearer ${idToken}` }
    calls.push(() => program.call('profile/update-mobile', { headers, body }))
    server.clock.advance(61_000)
  }

  const replies = await Promise.all(calls.map((call) => call()))

  expect(replies.filter(({ outcome }) => outcome === 'OK')).toHaveLength(1)
  // Whoever is first ends the codes of the others.
  const others = replies.filter(({ outcome }) => outcome !== 'OK')
  expect(new Set(others.map(({ outcome }) => outcome))).toEqual(new Set([CODE_INCORRECT]))
})
