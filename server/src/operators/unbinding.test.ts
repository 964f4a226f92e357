import { describe, expect, test, type TestContext } from 'vitest'
import { startGroup } from '../testing/group.ts'
import type { Reply } from '../testing/mini-program.ts'
import { runLigature } from '../testing/server-process.ts'
import { startServer } from '../testing/server.ts'
import { bindAndSignIn, signedIn, signIn } from '../testing/signed-in.ts'
import { deleteUser, explainSignIn, showUser } from './index.ts'

const LI = '13800138000'
const CODE = '232326'

/** Zhangsan is signed in, whom WeChat calls alice. */
async function startWithOneLinked(t: TestContext) {
  const server = await startServer(t)
  const program = server.miniProgram()
  const zhangsan = await bindAndSignIn(program, 'alice')
  const { identities } = await showUser(server.deployment, 'zhangsan', server.clock.now())
  const identityId = identities[0]?.id ?? ''
  const unbind = (user: string) => runLigature(t, ['users', 'unbind', user, identityId], server.data.process)
  return { server, program, zhangsan, identityId, unbind }
}

/** Zhangsan is bound by both mini programs of a group, and has unbound the first. */
async function startUnboundAtFirst(t: TestContext) {
  const group = await startGroup(t)
  const atFirst = await bindAndSignIn(group.first, 'alice')
  const [link] = await atFirst.links()
  const zhangsan = await signIn(group.second, 'alice')
  expect(await zhangsan.unbindAccount(link?.id ?? '')).toMatchObject({ httpStatus: 200 })
  return { ...group, zhangsan }
}

function signInIdOf(pending: Reply): string {
  const { next } = pending.body as { readonly next: { readonly sign_in_id: string } }
  return next.sign_in_id
}

describe('an operator who unbinds', () => {
  test('takes the account away on a running server, and the session that it opened', async (t) => {
    const { server, program, zhangsan, identityId, unbind } = await startWithOneLinked(t)

    expect(await unbind('11012345678')).toMatchObject({
      code: 0,
      stdout: `unbound ${identityId} from zhangsan (${zhangsan.userId})\n`,
      stderr: '',
    })

    expect((await zhangsan.refresh()).outcome).toBe('IDAAS.SDK.PARAM.0023')
    expect((await program.login('alice')).outcome).toBe('SOCIAL_BIND')
    const event = await server.deployment.db
      .selectFrom('audit_event')
      .select(['user_id', 'session_id', 'because'])
      .where('kind', '=', 'identity_unbound')
      .executeTakeFirst()
    expect(event).toEqual({
      user_id: zhangsan.userId,
      session_id: null,
      because: 'by an operator on the command line',
    })
  })

  test('is refused in a sentence: another user’s account, and the last way in', async (t) => {
    const { server, unbind } = await startWithOneLinked(t)
    await server.addUser({ userName: 'li', mobile: LI })

    expect(await unbind('li')).toMatchObject({
      code: 1,
      stderr: 'ligature: Unbinding failed, there is no such linked account\n',
    })
    await server.deployment.db.updateTable('user_address').set({ verified_at: null }).execute()
    await server.deployment.db.deleteFrom('password').execute()
    expect(await unbind('zhangsan')).toMatchObject({
      code: 1,
      stderr: 'ligature: This is the last way to sign in and cannot be unbound; bind another one first\n',
    })
    expect(await server.count('identity')).toBe(1)
  })
})

describe('the story of a sign-in', () => {
  test('goes on with what its session unbound', async (t) => {
    const { server, program, zhangsan, identityId } = await startWithOneLinked(t)
    const pending = await program.openSignIn('bob')
    const signInId = signInIdOf(await pending.look())
    await pending.send('11012345678')
    const bob = signedIn(program, await pending.bind('11012345678', CODE))
    server.clock.advance(1_000)
    await bob.unbindAccount(identityId)

    expect((await explainSignIn(server.deployment.db, signInId)).at(-1)).toBe(
      `2026-01-05T08:00:01.000Z  An identity of the user was unbound (user ${zhangsan.userId})`,
    )
  })

  test('tells of somebody who is not adopted, because he unbound', async (t) => {
    const { server, first, zhangsan } = await startUnboundAtFirst(t)

    const signInId = signInIdOf(await first.login('alice'))

    expect(await explainSignIn(server.deployment.db, signInId)).toEqual([
      '2026-01-05T08:00:00.000Z  The source vouched for somebody who is bound to no user here; a sign-in was opened' +
        ` (SOCIAL_BIND; unbound before, so not adopted for user ${zhangsan.userId})`,
    ])
  })
})

describe('a user who is deleted', () => {
  test('leaves no mark of what he had bound, and what he had unbound can be bound anew', async (t) => {
    const { server, first, second } = await startUnboundAtFirst(t)
    await deleteUser(server.deployment, 'zhangsan', server.clock.now())
    const li = await server.addUser({ mobile: LI, fixedCode: CODE })

    expect((await bindAndSignIn(second, 'alice', LI)).userId).toBe(li.id)
    expect(await first.login('alice')).toMatchObject({ outcome: 'SOCIAL_BIND' })
    expect((await bindAndSignIn(first, 'alice', LI)).userId).toBe(li.id)
    expect(await server.count('unbound_identity')).toBe(0)
  })

  test('whose account was bound again leaves none, so that it is adopted for the next', async (t) => {
    const { server, first, second } = await startUnboundAtFirst(t)
    await bindAndSignIn(first, 'alice')
    await deleteUser(server.deployment, 'zhangsan', server.clock.now())
    const li = await server.addUser({ mobile: LI, fixedCode: CODE })
    await bindAndSignIn(second, 'alice', LI)

    expect((await signIn(first, 'alice')).userId).toBe(li.id)
  })

  test('takes the open sign-ins of his accounts along', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const early = await program.openSignIn('alice')
    const other = await program.openSignIn('carol')
    await bindAndSignIn(program, 'alice')
    // As if it had been opened in the instant of the bind, which ended those that it saw.
    await server.deployment.db.updateTable('sign_in').set({ ended_at: null }).execute()

    await deleteUser(server.deployment, 'zhangsan', server.clock.now())

    expect(await early.look()).toMatchObject({ outcome: 'IDAAS.SDK.COMMON.1007' })
    expect(await other.look()).toMatchObject({ outcome: 'SOCIAL_BIND' })
  })
})
