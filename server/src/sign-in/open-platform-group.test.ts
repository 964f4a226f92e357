import { describe, expect, test } from 'vitest'
import { startGroup } from '../testing/group.ts'
import { bindAndSignIn, signIn } from '../testing/signed-in.ts'
import { startToldWeChat } from '../testing/told-wechat.ts'
import { setUserDisabled } from '../users/index.ts'

const LI = '13800138000'
const CODE = '232326'
const NOT_BOUND = 'IDAAS.SDK.LOGIN.1002'
const SECOND_IDENTITY = 'IDAAS.SDK.LOGIN.9006'
const TWO_USERS = 'IDAAS.SDK.LOGIN.9007'

describe('two mini programs of one group', () => {
  test('who is bound through one is known to the other, and it is recorded', async (t) => {
    const { server, first, second } = await startGroup(t)
    const { userId } = await bindAndSignIn(first, 'alice')

    expect((await signIn(second, 'alice')).userId).toBe(userId)
    expect(await server.count('identity')).toBe(2)
    expect(await server.count('user')).toBe(1)
    const events = await server.deployment.db
      .selectFrom('audit_event')
      .select(['user_id', 'connection_id', 'client_id'])
      .where('kind', '=', 'identity_adopted')
      .execute()
    expect(events).toEqual([
      {
        user_id: userId,
        connection_id: '20260101000000000-DE30-000000002',
        client_id: 'demoBindOrRegister00000000000001',
      },
    ])
  })

  test('is known there once and for all: the second time nothing is adopted', async (t) => {
    const { server, first, second } = await startGroup(t)
    await bindAndSignIn(first, 'alice')
    await signIn(second, 'alice')
    await signIn(second, 'mock:alice?unionid=0')

    expect(await server.count('identity')).toBe(2)
  })

  test('of many who come at once as he one is adopted, and all come in', async (t) => {
    const { server, first, second } = await startGroup(t)
    await bindAndSignIn(first, 'alice')

    const replies = await Promise.all(Array.from({ length: 8 }, () => second.login('alice')))

    expect(new Set(replies.map(({ outcome }) => outcome))).toEqual(new Set(['SUCCESS']))
    expect(await server.count('identity')).toBe(2)
    const adopted = server.deployment.db
      .selectFrom('audit_event')
      .select('id')
      .where('kind', '=', 'identity_adopted')
    expect(await adopted.execute()).toHaveLength(1)
  })

  test('also where nobody new may come in, or everybody may', async (t) => {
    for (const whenUnbound of ['fail', 'create'] as const) {
      const { server, first, second, configure } = await startGroup(t)
      await configure({}, { whenUnbound })
      const { userId } = await bindAndSignIn(first, 'alice')

      expect((await signIn(second, 'alice')).userId).toBe(userId)
      expect(await server.count('user')).toBe(1)
      if (whenUnbound === 'fail') expect(await second.login('bob')).toMatchObject({ outcome: NOT_BOUND })
    }
  })

  test('without a unionid he is not known', async (t) => {
    const { first, second } = await startGroup(t)
    await bindAndSignIn(first, 'alice')

    expect(await second.login('mock:alice?unionid=0')).toMatchObject({ outcome: 'USER_REGISTER' })
  })

  test('a unionid that comes later is learnt', async (t) => {
    const { first, second } = await startGroup(t)
    await bindAndSignIn(first, 'mock:alice?unionid=0')
    expect(await second.login('alice')).toMatchObject({ outcome: 'USER_REGISTER' })

    expect(await first.login('alice')).toMatchObject({ outcome: 'SUCCESS' })
    expect(await second.login('alice')).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('a unionid that comes later and is another user’s is refused, and not learnt', async (t) => {
    const { server, first, second } = await startGroup(t)
    const zhangsan = await bindAndSignIn(first, 'mock:alice?unionid=0')
    await server.addUser({ mobile: LI, fixedCode: CODE })
    const li = await bindAndSignIn(second, 'alice', LI)

    expect(await first.login('alice')).toMatchObject({ outcome: TWO_USERS })
    expect((await signIn(first, 'mock:alice?unionid=0')).userId).toBe(zhangsan.userId)
    expect((await signIn(second, 'alice')).userId).toBe(li.userId)
  })

  test('adoption obeys the second-identity setting', async (t) => {
    const { server, first, second, configure } = await startGroup(t)
    await configure({}, { secondIdentity: 'refuse' })
    await bindAndSignIn(first, 'alice')
    await bindAndSignIn(second, 'mock:bob?unionid=0')

    expect(await second.login('alice')).toMatchObject({ outcome: SECOND_IDENTITY })
    expect(await server.count('identity')).toBe(2)
  })

  test('nothing is adopted for a disabled user', async (t) => {
    const { server, first, second } = await startGroup(t)
    const { userId } = await bindAndSignIn(first, 'alice')
    await server.deployment.db.transaction().execute((tx) => setUserDisabled(tx, userId, 1))

    expect(await second.login('alice')).toMatchObject({ text: '{"status":"ACCESS_DENIED"}' })
    expect(await server.count('identity')).toBe(1)
  })

  test('openid and unionid that lead to two users are refused, never merged', async (t) => {
    const { server, first, second } = await startGroup(t)
    await bindAndSignIn(first, 'alice')
    await server.addUser({ mobile: LI, fixedCode: CODE })
    await bindAndSignIn(second, 'mock:alice?unionid=0', LI)

    expect(await second.login('alice')).toMatchObject({ httpStatus: 400, outcome: TWO_USERS })
    expect(await server.count('user')).toBe(2)
  })

  test('a sign-in that was open before the other was bound registers nobody', async (t) => {
    const { server, first, second } = await startGroup(t)
    const early = await second.openSignIn('alice')
    await early.send(LI, { register: true })
    await bindAndSignIn(first, 'alice')

    const code = await second.newestCode(LI)
    expect(await early.registerBind(LI, code)).toMatchObject({ outcome: TWO_USERS })
    expect(await server.count('user')).toBe(1)
  })

  test('a sign-in that was open before the other was bound cannot bind the person to a second user', async (t) => {
    const { server, first, second } = await startGroup(t)
    await server.addUser({ mobile: LI, fixedCode: CODE })
    const early = await second.openSignIn('alice')
    await early.send(LI)
    await bindAndSignIn(first, 'alice')

    expect(await early.bind(LI, CODE)).toMatchObject({ outcome: TWO_USERS })
    expect(await server.count('identity')).toBe(1)
  })
})

describe('a group that an operator changes', () => {
  test('takes in who was bound before there was one', async (t) => {
    const { first, second, configure } = await startGroup(t, { openPlatform: undefined })
    const { userId } = await bindAndSignIn(first, 'alice')
    expect(await second.login('alice')).toMatchObject({ outcome: 'USER_REGISTER' })

    await configure({ openPlatform: 'late group' }, { openPlatform: 'late group' })

    expect((await signIn(second, 'alice')).userId).toBe(userId)
  })

  test('may have another name, and nobody notices', async (t) => {
    const { first, second, configure } = await startGroup(t)
    const { userId } = await bindAndSignIn(first, 'alice')

    await configure({ openPlatform: 'renamed' }, { openPlatform: 'renamed' })

    expect((await signIn(second, 'alice')).userId).toBe(userId)
  })

  test('leads nowhere once the mini programs are in two, or in none', async (t) => {
    for (const other of ['another group', undefined]) {
      const { first, second, configure } = await startGroup(t)
      await bindAndSignIn(first, 'alice')

      await configure({ openPlatform: other })

      expect(await second.login('alice')).toMatchObject({ outcome: 'USER_REGISTER' })
      expect(await first.login('alice')).toMatchObject({ outcome: 'SUCCESS' })
    }
  })

  test('counts for a sign-in that was open before it changed', async (t) => {
    const { server, first, second, configure } = await startGroup(t, { openPlatform: undefined })
    await server.addUser({ mobile: LI, fixedCode: CODE })
    const early = await second.openSignIn('alice')
    await early.send(LI)
    await bindAndSignIn(first, 'alice')

    await configure({ openPlatform: 'late group' }, { openPlatform: 'late group' })

    expect(await early.bind(LI, CODE)).toMatchObject({ outcome: TWO_USERS })
  })

  test('refuses a person who is two users by then, until it is as it was', async (t) => {
    const { server, first, second, configure } = await startGroup(t, { openPlatform: undefined })
    await server.addUser({ mobile: LI, fixedCode: CODE })
    const zhangsan = await bindAndSignIn(first, 'alice')
    const li = await bindAndSignIn(second, 'alice', LI)

    await configure({ openPlatform: 'late group' }, { openPlatform: 'late group' })
    expect(await first.login('alice')).toMatchObject({ outcome: TWO_USERS })
    expect(await second.login('alice')).toMatchObject({ outcome: TWO_USERS })

    await configure({ openPlatform: undefined })
    expect((await signIn(first, 'alice')).userId).toBe(zhangsan.userId)
    expect((await signIn(second, 'alice')).userId).toBe(li.userId)
    expect(await server.count('identity')).toBe(2)
  })

  test('a mini program that moves to another account brings its people along as they come', async (t) => {
    const weChat = await startToldWeChat(t, { openid: 'o-first', unionid: 'u-before' })
    const { first, second, configure } = await startGroup(t, {}, { weChatApi: weChat.url })
    const { userId } = await bindAndSignIn(first, 'alice')

    await configure({ openPlatform: 'new account' }, { openPlatform: 'new account' })
    weChat.tell({ openid: 'o-first', unionid: 'u-after' })
    await signIn(first, 'alice')

    weChat.tell({ openid: 'o-second', unionid: 'u-after' })
    expect((await signIn(second, 'alice')).userId).toBe(userId)
    weChat.tell({ openid: 'o-stranger', unionid: 'u-before' })
    expect(await second.login('stranger')).toMatchObject({ outcome: 'USER_REGISTER' })
  })
})

test('an openid that reads like somebody’s unionid, or like his openid elsewhere, leads to nobody', async (t) => {
  const weChat = await startToldWeChat(t, { openid: 'o-alice', unionid: 'u-alice' })
  const { first, second } = await startGroup(t, {}, { weChatApi: weChat.url })
  await bindAndSignIn(first, 'alice')

  for (const openid of ['u-alice', 'o-alice']) {
    weChat.tell({ openid })
    expect(await second.login('stranger')).toMatchObject({ outcome: 'USER_REGISTER' })
  }
  weChat.tell({ openid: 'o-other', unionid: 'o-alice' })
  expect(await second.login('stranger')).toMatchObject({ outcome: 'USER_REGISTER' })
})
