import { describe, expect, test } from 'vitest'
import { contentsOf } from '../testing/contents.ts'
import { startGroup } from '../testing/group.ts'
import { startServer } from '../testing/server.ts'
import { bindAndSignIn, signIn } from '../testing/signed-in.ts'

const LI = '13800138000'
const CODE = '232326'
const ID_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0016'
const NOT_LINKED = 'IDAAS.SDK.SOCIAL.9001'

/** Zhangsan is signed in as alice and as bob at one mini program. */
async function startWithTwoLinked(t: Parameters<typeof startServer>[0]) {
  const server = await startServer(t)
  const program = server.miniProgram()
  const alice = await bindAndSignIn(program, 'alice')
  server.clock.advance(1_000)
  const bob = await bindAndSignIn(program, 'bob')
  const [linkOfAlice, linkOfBob] = await bob.links()
  if (linkOfAlice === undefined || linkOfBob === undefined) throw new Error('there are no two')
  return { server, program, alice, bob, linkOfAlice, linkOfBob }
}

describe('by the id of the link', () => {
  test('an account is gone from the list and leads to nobody, until it is bound again', async (t) => {
    const { program, bob, linkOfAlice, linkOfBob } = await startWithTwoLinked(t)

    expect(await bob.unbindAccount(linkOfAlice.id)).toMatchObject({ httpStatus: 200, text: '' })

    expect(await bob.links()).toEqual([linkOfBob])
    expect(await program.login('alice')).toMatchObject({ outcome: 'SOCIAL_BIND' })
    expect((await signIn(program, 'bob')).userId).toBe(bob.userId)
    const again = await bindAndSignIn(program, 'alice')
    expect(again.userId).toBe(bob.userId)
    expect((await again.links()).map(({ id }) => id)).not.toContain(linkOfAlice.id)
  })

  test('another user’s account and one that is not there are one refusal, and nothing happens', async (t) => {
    const { server, program, bob, linkOfAlice } = await startWithTwoLinked(t)
    await server.addUser({ mobile: LI, fixedCode: CODE })
    const li = await bindAndSignIn(program, 'carol', LI)
    const [linkOfLi = linkOfAlice] = await li.links()
    const before = await contentsOf(server.deployment.db)

    for (const [who, id] of [
      [bob, linkOfLi.id],
      [li, linkOfAlice.id],
      [bob, '20210111142024468-ADFB-B41D22CEF'],
      [bob, linkOfAlice.idpId],
      [bob, linkOfAlice.socialUid],
    ] as const) {
      expect(await who.unbindAccount(id)).toMatchObject({
        httpStatus: 400,
        text: `{"error_code":"${NOT_LINKED}","error_msg":"Unbinding failed, there is no such linked account"}`,
      })
    }

    expect(await contentsOf(server.deployment.db)).toEqual(before)
  })

  test('an account that was unbound before is refused the same way', async (t) => {
    const { bob, linkOfAlice } = await startWithTwoLinked(t)
    await bob.unbindAccount(linkOfAlice.id)

    expect(await bob.unbindAccount(linkOfAlice.id)).toMatchObject({ outcome: NOT_LINKED })
  })
})

describe('by social_uid and social_type', () => {
  test.for(['socialUid', 'socialChannelId'] as const)('%s names the account', async (field, t) => {
    const { program, bob, linkOfAlice, linkOfBob } = await startWithTwoLinked(t)

    expect(await bob.unbind(linkOfAlice[field])).toMatchObject({ httpStatus: 200, text: '' })

    expect(await bob.links()).toEqual([linkOfBob])
    expect(await program.login('alice')).toMatchObject({ outcome: 'SOCIAL_BIND' })
  })

  test('another type, another user’s account and one that is not there are one refusal', async (t) => {
    const { server, program, bob, linkOfAlice } = await startWithTwoLinked(t)
    await server.addUser({ mobile: LI, fixedCode: CODE })
    const li = await bindAndSignIn(program, 'carol', LI)
    const [linkOfLi = linkOfAlice] = await li.links()

    for (const [uid, type] of [
      [linkOfAlice.socialUid, 'qq'],
      [linkOfAlice.socialUid, 'wechat-mini-program'],
      [linkOfLi.socialUid, 'weixin'],
      [linkOfAlice.id, 'weixin'],
    ] as const) {
      expect(await bob.unbind(uid, type)).toMatchObject({ httpStatus: 400, outcome: NOT_LINKED })
    }
    expect(await server.count('identity')).toBe(3)
  })

  test('a unionid names its person at every mini program, an openid at one', async (t) => {
    for (const [field, left] of [
      ['socialUid', 1],
      ['socialChannelId', 2],
    ] as const) {
      const { server, first, second } = await startGroup(t)
      await bindAndSignIn(first, 'alice')
      server.clock.advance(1_000)
      await signIn(second, 'alice')
      const bob = await bindAndSignIn(first, 'bob')
      const [link = { socialUid: '', socialChannelId: '' }] = await bob.links()

      expect(await bob.unbind(link[field])).toMatchObject({ httpStatus: 200 })

      expect(await bob.links()).toHaveLength(left)
      expect(await first.login('alice')).toMatchObject({ outcome: 'SOCIAL_BIND' })
      expect(await second.login('alice')).toMatchObject({ outcome: left === 1 ? 'USER_REGISTER' : 'SUCCESS' })
    }
  })
})

describe('only a signed-in user unbinds', () => {
  test('with an id_token that has not ended, of a session that lives', async (t) => {
    const { server, program, alice, bob, linkOfAlice } = await startWithTwoLinked(t)
    const headers = { Authorization: `Bearer ${bob.idToken}` }
    await program.call('logout', { method: 'GET', headers })
    expect(await bob.unbindAccount(linkOfAlice.id)).toMatchObject({ outcome: ID_TOKEN_REFUSED })

    server.clock.advance(300_000)
    expect(await alice.unbindAccount(linkOfAlice.id)).toMatchObject({ outcome: ID_TOKEN_REFUSED })
    expect(await alice.unbind(linkOfAlice.socialUid)).toMatchObject({ outcome: ID_TOKEN_REFUSED })
    expect(await program.call('social/unbind-account', { body: { id: linkOfAlice.id } })).toMatchObject({
      outcome: ID_TOKEN_REFUSED,
    })
    expect(await server.count('identity')).toBe(2)
  })
})

describe('what ends with an account', () => {
  test('every session that it opened, and no other', async (t) => {
    const { server, program, alice, bob, linkOfAlice } = await startWithTwoLinked(t)
    const aliceAgain = await signIn(program, 'alice')
    await server.addUser({ mobile: LI, fixedCode: CODE })
    const li = await bindAndSignIn(program, 'carol', LI)

    await bob.unbindAccount(linkOfAlice.id)

    for (const ended of [alice, aliceAgain]) {
      expect(await ended.refresh()).toMatchObject({ outcome: 'IDAAS.SDK.PARAM.0023' })
      expect(await ended.list()).toMatchObject({ outcome: ID_TOKEN_REFUSED })
    }
    for (const living of [bob, li]) expect(await living.refresh()).toMatchObject({ httpStatus: 200 })
  })

  test('the caller’s own session, when it is one of them', async (t) => {
    const { alice, bob, linkOfAlice } = await startWithTwoLinked(t)

    expect(await alice.unbindAccount(linkOfAlice.id)).toMatchObject({ httpStatus: 200, text: '' })

    expect(await alice.list()).toMatchObject({ outcome: ID_TOKEN_REFUSED })
    expect(await bob.list()).toMatchObject({ httpStatus: 200 })
  })

  test('sessions of an adopted account, and not those of the one that it was adopted from', async (t) => {
    const { server, first, second } = await startGroup(t)
    const atFirst = await bindAndSignIn(first, 'alice')
    server.clock.advance(1_000)
    const atSecond = await signIn(second, 'alice')
    const [, adopted = { id: '' }] = await atFirst.links()

    await atFirst.unbindAccount(adopted.id)

    expect((await atSecond.refresh()).outcome).toBe('IDAAS.SDK.PARAM.0023')
    expect((await atFirst.refresh()).httpStatus).toBe(200)
  })

  test('its open sign-ins, and no other', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const early = await program.openSignIn('alice')
    const other = await program.openSignIn('carol')
    const alice = await bindAndSignIn(program, 'alice')
    // As if it had been opened in the instant of the bind, which ended those that it saw.
    await server.deployment.db.updateTable('sign_in').set({ ended_at: null }).execute()
    expect(await early.look()).toMatchObject({ outcome: 'SOCIAL_BIND' })

    const [link = { id: '' }] = await alice.links()
    await alice.unbindAccount(link.id)

    expect(await early.look()).toMatchObject({ outcome: 'IDAAS.SDK.COMMON.1007' })
    expect(await early.bind('11012345678', CODE)).toMatchObject({ outcome: 'IDAAS.SDK.COMMON.1007' })
    expect(await other.look()).toMatchObject({ outcome: 'SOCIAL_BIND' })
  })

  test('it is recorded: what, whose, by which session, from where', async (t) => {
    const { server, bob, linkOfAlice } = await startWithTwoLinked(t)
    const { db } = server.deployment
    await bob.unbindAccount(linkOfAlice.id)

    const events = await db
      .selectFrom('audit_event')
      .selectAll()
      .where('kind', '=', 'identity_unbound')
      .execute()
    const session = await db.selectFrom('session').select(['id', 'sign_in_id']).executeTakeFirstOrThrow()
    expect(events).toEqual([
      {
        id: expect.any(String),
        at: server.clock.now(),
        kind: 'identity_unbound',
        client_id: 'nTo1eRIub60vPb54WeE6aojPwYwImtl4',
        user_id: bob.userId,
        sign_in_id: session.sign_in_id,
        session_id: session.id,
        connection_id: linkOfAlice.idpId,
        address_index: null,
        address_masked: null,
        ip: '127.0.0.1',
        because: null,
      },
    ])
  })
})
