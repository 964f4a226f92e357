import { describe, expect, test } from 'vitest'
import { disableUser, showUser } from './operators/index.ts'
import { signedIn, signIn } from './testing/signed-in.ts'
import {
  DAY,
  PERIOD,
  LI,
  CODE,
  NOT_CLOSED,
  CODE_INCORRECT,
  SESSION_TOKEN_REFUSED,
  reopen,
  startWithLi,
} from './testing/closed-account.ts'

describe('opening it again', () => {
  test('works until the last moment, signs in, and is told to the other address', async (t) => {
    const { server, program, user, alice } = await startWithLi(t)
    await alice.closeAccount()
    server.clock.advance(PERIOD - 1)

    const reply = await reopen(program)

    expect(signedIn(program, reply).userId).toBe(user.id)
    expect(await program.login('alice')).toMatchObject({ outcome: 'SUCCESS' })
    expect(await alice.refresh()).toMatchObject({ outcome: SESSION_TOKEN_REFUSED })
    const notices = await server.deployment.db
      .selectFrom('notice')
      .select('channel')
      .where('kind', '=', 'account_reopened')
      .execute()
    expect(notices).toEqual([{ channel: 'email' }])
    server.clock.advance(DAY)
    expect(await program.login('alice')).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('does not work at the end of the period: nobody is there any more', async (t) => {
    const { server, program, user, alice } = await startWithLi(t)
    await alice.closeAccount()
    server.clock.advance(PERIOD)

    expect(await reopen(program)).toMatchObject({ httpStatus: 400, outcome: NOT_CLOSED })

    await expect(showUser(server.deployment, user.id, server.clock.now())).rejects.toThrow('no user')
  })

  test('wants a right code, and one for signing in', async (t) => {
    const { server, program, alice } = await startWithLi(t)
    await alice.closeAccount()
    server.clock.advance(60_000)
    expect(await reopen(program, LI, '000000')).toMatchObject({ outcome: CODE_INCORRECT })
    server.clock.advance(5 * 60_000)
    await program.send(LI, 'BIND_MOBILE_SMS')
    const body = { mobile: LI, verify_code: CODE }
    expect(await program.call('/api/v2/ligature/account/reopen', { body })).toMatchObject({
      outcome: CODE_INCORRECT,
    })

    expect(await program.login('alice')).toMatchObject({ outcome: 'ACCESS_DENIED' })
  })

  test('of nobody’s account, of one that is open, and of one that an operator disabled is one refusal', async (t) => {
    const { server, program, user, alice } = await startWithLi(t)
    const texts = [(await reopen(program)).text]
    server.clock.advance(60_000)
    await alice.closeAccount()
    await disableUser(server.deployment, user.id, server.clock.now())
    texts.push((await reopen(program)).text)
    await program.send('13900139000', 'LOGIN_SMS')
    const body = { mobile: '13900139000', verify_code: await program.newestCode('13900139000') }
    texts.push((await program.call('/api/v2/ligature/account/reopen', { body })).text)

    expect(new Set(texts).size).toBe(1)
    expect(texts[0]).toContain(NOT_CLOSED)
  })

  test('by one code twice at once happens once, twenty times', { timeout: 90_000 }, async (t) => {
    const { server, program } = await startWithLi(t)
    for (let round = 1; round <= 20; round++) {
      server.clock.advance(DAY)
      await (await signIn(program, 'alice')).closeAccount()
      await program.send(LI, 'LOGIN_SMS')
      const body = { mobile: LI, verify_code: CODE }
      const call = () => program.call('/api/v2/ligature/account/reopen', { body })

      const replies = await Promise.all([call(), call(), call()])

      expect(replies.map(({ outcome }) => outcome).toSorted()).toEqual([
        CODE_INCORRECT,
        CODE_INCORRECT,
        'SUCCESS',
      ])
    }
  })
})
