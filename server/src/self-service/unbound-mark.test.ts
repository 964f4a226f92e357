import { describe, expect, test, type TestContext } from 'vitest'
import type { ConnectionDescription } from '../connections/index.ts'
import { startGroup } from '../testing/group.ts'
import { bindAndSignIn, signedIn, signIn } from '../testing/signed-in.ts'

const ZHANGSAN = '11012345678'
const LI = '13800138000'
const CODE = '232326'
const NOT_BOUND = 'IDAAS.SDK.LOGIN.1002'
const TWO_USERS = 'IDAAS.SDK.LOGIN.9007'

const FIRST = '20260101000000000-DE30-000000001'

/** Zhangsan is bound by both mini programs, and has unbound the first. */
async function startUnboundAtFirst(t: TestContext, first: Partial<ConnectionDescription> = {}) {
  const group = await startGroup(t)
  await bindAndSignIn(group.first, 'alice')
  const zhangsan = await signIn(group.second, 'alice')
  await unbindAt(zhangsan, FIRST)
  await group.configure(first)
  return { ...group, zhangsan }
}

async function unbindAt(person: Awaited<ReturnType<typeof signIn>>, connectionId: string): Promise<void> {
  const link = (await person.links()).find(({ idpId }) => idpId === connectionId)
  const reply = await person.unbindAccount(link?.id ?? '')
  if (reply.httpStatus !== 200) throw new Error(reply.text)
}

describe('an account that was unbound is not adopted again', () => {
  test('by the unionid of one that stays, which goes on as if nothing had happened', async (t) => {
    const { server, first, second, zhangsan } = await startUnboundAtFirst(t)

    expect(await first.login('alice')).toMatchObject({ outcome: 'SOCIAL_BIND' })

    expect((await signIn(second, 'alice')).userId).toBe(zhangsan.userId)
    expect(await server.count('identity')).toBe(1)
    expect(await zhangsan.refresh()).toMatchObject({ httpStatus: 200 })
  })

  test('by a unionid that WeChat tells only afterwards', async (t) => {
    const { first, second } = await startGroup(t)
    await bindAndSignIn(second, 'alice')
    const { userId } = await bindAndSignIn(first, 'mock:alice?unionid=0')
    await unbindAt(await signIn(second, 'alice'), FIRST)

    expect(await first.login('alice')).toMatchObject({ outcome: 'SOCIAL_BIND' })
    expect((await signIn(second, 'alice')).userId).toBe(userId)
  })

  test('by a group that is configured only afterwards', async (t) => {
    const { first, second, configure } = await startGroup(t, { openPlatform: undefined })
    await bindAndSignIn(first, 'alice')
    await unbindAt(await bindAndSignIn(second, 'alice'), FIRST)

    await configure({ openPlatform: 'late group' }, { openPlatform: 'late group' })

    expect(await first.login('alice')).toMatchObject({ outcome: 'SOCIAL_BIND' })
  })

  test('and one that never was is adopted all the same', async (t) => {
    const { second, first, configure } = await startGroup(t, { openPlatform: undefined })
    const { userId } = await bindAndSignIn(first, 'bob')
    await unbindAt(await signIn(first, 'bob'), FIRST)
    await bindAndSignIn(first, 'alice')

    await configure({ openPlatform: 'late group' }, { openPlatform: 'late group' })

    expect((await signIn(second, 'alice')).userId).toBe(userId)
    expect(await second.login('bob')).toMatchObject({ outcome: 'USER_REGISTER' })
  })
})

describe('whoever unbound it', () => {
  test('binds it again by proving an address, and it is as before', async (t) => {
    const { first, zhangsan, server } = await startUnboundAtFirst(t)

    expect((await bindAndSignIn(first, 'alice')).userId).toBe(zhangsan.userId)

    expect((await signIn(first, 'alice')).userId).toBe(zhangsan.userId)
    expect(await server.count('unbound_identity')).toBe(0)
  })

  test('cannot bind it to a second user while he is bound elsewhere, and can afterwards', async (t) => {
    const { server, first, zhangsan } = await startUnboundAtFirst(t)
    const li = await server.addUser({ mobile: LI, fixedCode: CODE })
    const pending = await first.openSignIn('alice')
    await pending.send(LI)
    expect(await pending.bind(LI, CODE)).toMatchObject({ outcome: TWO_USERS })

    await unbindAt(zhangsan, '20260101000000000-DE30-000000002')
    expect((await bindAndSignIn(first, 'alice', LI)).userId).toBe(li.id)
  })

  test('registers as nobody else where he could: the unionid says that he is a user', async (t) => {
    const { server, first } = await startUnboundAtFirst(t, { whenUnbound: 'bind_or_register' })
    const pending = await first.openSignIn('alice')
    expect(pending.status).toBe('USER_REGISTER')
    await pending.send(LI, { register: true })

    expect(await pending.registerBind(LI, await first.newestCode(LI))).toMatchObject({ outcome: TWO_USERS })

    expect(await server.count('user')).toBe(1)
    await pending.send(ZHANGSAN, { register: true })
    expect(await pending.registerBind(ZHANGSAN, CODE)).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('is asked to bind where everybody becomes a user at once', async (t) => {
    const { server, first, zhangsan } = await startUnboundAtFirst(t, { whenUnbound: 'create' })
    const pending = await first.openSignIn('alice')
    expect(pending.status).toBe('SOCIAL_BIND')
    expect(await server.count('user')).toBe(1)

    await pending.send(ZHANGSAN)
    expect(signedIn(first, await pending.bind(ZHANGSAN, CODE)).userId).toBe(zhangsan.userId)
  })

  test('is refused where only bound people may come in', async (t) => {
    const { first } = await startUnboundAtFirst(t, { whenUnbound: 'fail' })

    expect(await first.login('alice')).toMatchObject({ outcome: NOT_BOUND })
  })
})
