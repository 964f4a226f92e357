import { expect, test } from 'vitest'
import { LI, SESSION_TOKEN_REFUSED, STATE_TOKEN_REFUSED, startWithLi } from '../testing/closed-account.ts'
import { codeAt, enrolTotp, FACTOR_LOCKED, factorsOf, STEP, wrongCode } from '../testing/factors.ts'
import { runLigature } from '../testing/server-process.ts'
import { signIn } from '../testing/signed-in.ts'

test('an operator removes every second factor of a user, who is out everywhere and told', async (t) => {
  const { server, program, user, alice } = await startWithLi(t)
  await enrolTotp(server, program, alice)
  const { db } = server.deployment
  const waiting = await program.openSignIn('bob')
  await db.updateTable('sign_in').set({ user_id: user.id }).where('completed_at', 'is', null).execute()

  const run = await runLigature(t, ['users', 'reset-mfa', LI], server.data.process)

  expect(run).toMatchObject({
    code: 0,
    stderr: '',
    stdout:
      `${user.userName} (${user.id}): removed one-time passwords and 10 unused recovery codes; ` +
      'all sessions and open sign-ins are ended\n',
  })
  expect(await alice.refresh()).toMatchObject({ outcome: SESSION_TOKEN_REFUSED })
  expect(await waiting.look()).toMatchObject({ outcome: STATE_TOKEN_REFUSED })
  const again = factorsOf(program, await signIn(program, 'alice'))
  expect(await again.list()).toMatchObject({
    body: { totp: { enrolled: false, since: null }, recovery_codes: { remaining: 0 } },
  })
  const notices = await db
    .selectFrom('notice')
    .select('channel')
    .where('kind', '=', 'factor_removed')
    .orderBy('channel')
    .execute()
  expect(notices).toEqual([{ channel: 'email' }, { channel: 'sms' }])
  const events = await db
    .selectFrom('audit_event')
    .select(['user_id', 'because'])
    .where('kind', '=', 'factor_removed')
    .execute()
  expect(events).toEqual([{ user_id: user.id, because: 'all of them, by an operator on the command line' }])
})

test('who is locked can set up another one after it', async (t) => {
  const { server, program, user, alice } = await startWithLi(t)
  const factors = factorsOf(program, alice)
  const { secret } = await factors.begun()
  for (let guess = 0; guess < 5; guess++) await factors.confirm(wrongCode(secret, server.clock.now()))
  expect(await factors.confirm(codeAt(secret, server.clock.now()))).toMatchObject({ outcome: FACTOR_LOCKED })

  const run = await runLigature(t, ['users', 'reset-mfa', user.id], server.data.process)

  expect(run).toMatchObject({ code: 0, stderr: '' })
  expect(run.stdout).toContain('no second factor was set up')
  const told = server.deployment.db.selectFrom('notice').select('id').where('kind', '=', 'factor_removed')
  expect(await told.execute()).toEqual([])
  server.clock.advance(STEP)
  await enrolTotp(server, program, await signIn(program, 'alice'))
})
