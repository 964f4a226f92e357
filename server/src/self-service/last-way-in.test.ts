import { expect, test, type TestContext } from 'vitest'
import { importPassword } from '../credentials/index.ts'
import { inTransaction } from '../platform/db/index.ts'
import { contentsOf } from '../testing/contents.ts'
import { startGroup } from '../testing/group.ts'
import { GOOD, HASH_OF_GOOD, logIn } from '../testing/passwords.ts'
import { signIn } from '../testing/signed-in.ts'

const LAST_WAY_IN = 'IDAAS.SDK.SOCIAL.9002'

/** Alice became a user without an address by the first mini program, and came by the second as well. */
async function startWithTwoWays(t: TestContext) {
  const group = await startGroup(t, { whenUnbound: 'create' })
  const alice = await signIn(group.first, 'alice')
  group.server.clock.advance(1_000)
  await signIn(group.second, 'alice')
  const [first, second] = await alice.links()
  if (first === undefined || second === undefined) throw new Error('there are no two')
  return { ...group, alice, links: { first, second } }
}

test('one of two accounts can be unbound, the last one cannot, and nothing happens to it', async (t) => {
  const { server, first, alice, links } = await startWithTwoWays(t)
  expect(await alice.unbindAccount(links.second.id)).toMatchObject({ httpStatus: 200 })
  const before = await contentsOf(server.deployment.db)

  expect(await alice.unbindAccount(links.first.id)).toMatchObject({
    httpStatus: 400,
    text: `{"error_code":"${LAST_WAY_IN}","error_msg":"This is the last way to sign in and cannot be unbound; bind another one first"}`,
  })

  expect(await contentsOf(server.deployment.db)).toEqual(before)
  expect((await signIn(first, 'alice')).userId).toBe(alice.userId)
})

test('it is told in Chinese as well', async (t) => {
  const { server, first } = await startWithTwoWays(t)
  const program = server.miniProgram({ language: 'zh' })
  const [link = { socialUid: '' }] = await (await signIn(first, 'alice')).links()

  expect((await (await signIn(program, 'alice')).unbind(link.socialUid)).body).toEqual({
    error_code: LAST_WAY_IN,
    error_msg: '这是最后一种登录方式，无法解绑，请先绑定其他登录方式',
  })
})

test('both at once, by their unionid, cannot be unbound either, and neither is', async (t) => {
  const { server, alice, links } = await startWithTwoWays(t)

  expect(await alice.unbind(links.first.socialUid)).toMatchObject({ outcome: LAST_WAY_IN })

  expect(await server.count('identity')).toBe(2)
  expect(await alice.list()).toMatchObject({ httpStatus: 200 })
})

test('a verified address is a way in; one that nobody has verified is none', async (t) => {
  const { server, alice, links } = await startWithTwoWays(t)
  const { db, vault } = server.deployment
  await alice.unbindAccount(links.second.id)
  const verify = (at: number | null) => db.updateTable('user_address').set({ verified_at: at }).execute()
  await db
    .updateTable('user_address')
    .set({
      user_id: alice.userId,
      address_sealed: vault.seal(`user_address ${alice.userId} email`, 'zhangsan@qq.com'),
    })
    .where('channel', '=', 'email')
    .execute()

  await verify(null)
  expect(await alice.unbindAccount(links.first.id)).toMatchObject({ outcome: LAST_WAY_IN })
  await verify(1)
  expect(await alice.unbindAccount(links.first.id)).toMatchObject({ httpStatus: 200 })
})

test('a password is a way in', async (t) => {
  const { server, first, alice, links } = await startWithTwoWays(t)
  const { db, vault } = server.deployment
  await alice.unbindAccount(links.second.id)
  expect(await alice.unbindAccount(links.first.id)).toMatchObject({ outcome: LAST_WAY_IN })

  await inTransaction(db, (tx) => importPassword(tx, vault, alice.userId, HASH_OF_GOOD, server.clock.now()))
  expect(await alice.unbindAccount(links.first.id)).toMatchObject({ httpStatus: 200 })

  const { userName } = await db
    .selectFrom('user')
    .select('user_name as userName')
    .where('id', '=', alice.userId)
    .executeTakeFirstOrThrow()
  expect(await logIn(first, GOOD, userName)).toMatchObject({ outcome: 'SUCCESS' })
})

test('an account whose source is switched off is no way in', async (t) => {
  const { server, alice, links } = await startWithTwoWays(t)
  const { db } = server.deployment
  const second = db.updateTable('connection').where('id', '=', links.second.idpId)

  await second.set({ disabled_at: 1 }).execute()
  expect(await alice.unbindAccount(links.first.id)).toMatchObject({ outcome: LAST_WAY_IN })
  expect(await alice.unbindAccount(links.second.id)).toMatchObject({ httpStatus: 200 })
})

test('an account whose source no application uses is none either', async (t) => {
  const { server, alice, links } = await startWithTwoWays(t)
  await server.deployment.db
    .deleteFrom('connection_application')
    .where('connection_id', '=', links.second.idpId)
    .execute()

  expect(await alice.unbindAccount(links.first.id)).toMatchObject({ outcome: LAST_WAY_IN })
  expect(await alice.unbindAccount(links.second.id)).toMatchObject({ httpStatus: 200 })
})
