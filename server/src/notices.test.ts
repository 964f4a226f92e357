import { describe, expect, test } from 'vitest'
import { reportMessages } from './operators/index.ts'
import { startServer } from './testing/server.ts'
import { bindAndSignIn, signedIn, signIn } from './testing/signed-in.ts'
import { makeTestData } from './testing/test-data.ts'
import { savePolicy } from './platform/policy/index.ts'
import { sendPolicy } from './verifications/index.ts'
import type { Gateway, SendOutcome } from './messages/index.ts'
import {
  SENT,
  failed,
  unknown,
  MINUTE,
  HOUR,
  DAY,
  LI,
  LI_MAIL,
  inboxOf,
  mailThat,
  bindLi,
  startWithMail,
  noticesOf,
} from './testing/notices.ts'

describe('a bind to a user who exists', () => {
  test('is told to his other address, and not to the one that proved it', async (t) => {
    const server = await startServer(t)
    await server.addUser({ mobile: LI, email: LI_MAIL })
    const program = server.miniProgram({ language: 'zh' })
    const pending = await program.openSignIn('alice')
    await pending.send(LI)
    await pending.bind(LI, await program.newestCode(LI))
    expect(await inboxOf(server, LI_MAIL)).toEqual([])

    expect(await server.sendNotices()).toBe(1)

    const [notice, ...others] = await inboxOf(server, LI_MAIL)
    expect(others).toEqual([])
    expect(notice).toMatchObject({ purpose: 'identity_bound', code: '', sent_at: server.clock.now() })
    expect(notice?.text).toContain('您的账号新绑定了第三方登录（2026-01-05 08:00 UTC）。')
    expect((await inboxOf(server, LI)).map(({ purpose }) => purpose)).toEqual(['BIND_MOBILE_SMS'])
    expect(await server.sendNotices()).toBe(0)
  })

  test('is not told to an address that nobody has verified', async (t) => {
    const server = await startServer(t)
    const { id } = await server.addUser({ mobile: LI, email: LI_MAIL })
    await server.deployment.db
      .updateTable('user_address')
      .set({ verified_at: null })
      .where('user_id', '=', id)
      .where('channel', '=', 'email')
      .execute()
    const program = server.miniProgram()
    const pending = await program.openSignIn('alice')
    await pending.send(LI)
    await pending.bind(LI, await program.newestCode(LI))

    expect(await server.count('notice')).toBe(0)
  })

  test('is not told when it was refused, nor at a registration', async (t) => {
    const server = await startServer(t, { connection: { whenUnbound: 'bind_or_register' } })
    await server.addUser({ mobile: LI, email: LI_MAIL })
    const program = server.miniProgram()
    const pending = await program.openSignIn('alice')
    await pending.send(LI)
    await pending.bind(LI, '000000')
    await pending.send('13900139000', { register: true })
    const code = await program.newestCode('13900139000')
    expect(await pending.registerBind('13900139000', code)).toMatchObject({ outcome: 'SUCCESS' })

    expect(await server.count('notice')).toBe(0)
  })
})

test('an unbinding is told to every verified address, but does not hide a code that was asked for later', async (t) => {
  const server = await startServer(t)
  await server.addUser({ mobile: LI, email: LI_MAIL })
  const program = server.miniProgram()
  const pending = await program.openSignIn('alice')
  await pending.send(LI)
  const alice = signedIn(program, await pending.bind(LI, await program.newestCode(LI)))
  server.clock.advance(MINUTE)
  const [link] = await alice.links()
  expect(await alice.unbindAccount(link?.id ?? '')).toMatchObject({ httpStatus: 200 })
  server.clock.advance(1)
  await program.send(LI, 'BIND_MOBILE_SMS')

  await server.sendNotices()

  const purposes = async (to: string) => (await inboxOf(server, to)).map(({ purpose }) => purpose)
  expect(await purposes(LI)).toEqual(['BIND_MOBILE_SMS', 'identity_unbound', 'BIND_MOBILE_SMS'])
  expect(await purposes(LI_MAIL)).toEqual(['identity_unbound', 'identity_bound'])
})

test('nothing is sent to a test address', async (t) => {
  const server = await startServer(t)
  await bindAndSignIn(server.miniProgram(), 'alice')

  await server.sendNotices()

  expect(await inboxOf(server, 'zhangsan@qq.com')).toEqual([])
  expect(await noticesOf(server)).toMatchObject([{ result: 'dropped', because: 'a test address' }])
})

test('of three notices of one kind in a day a fourth is not sent; another kind is, and so is the next day’s', async (t) => {
  const { server, mails, sms } = await startWithMail(t)
  for (const person of ['bob', 'carol', 'dave']) {
    server.clock.advance(HOUR)
    expect(await bindLi(server, sms, person)).toMatchObject({ outcome: 'SUCCESS' })
  }
  while ((await server.sendNotices()) > 0);
  expect(mails).toHaveLength(3)

  const alice = await signIn(server.miniProgram(), 'alice')
  const [link] = await alice.links()
  await alice.unbindAccount(link?.id ?? '')
  while ((await server.sendNotices()) > 0);
  expect(mails.map(({ purpose }) => purpose).slice(3)).toEqual(['identity_unbound'])

  server.clock.advance(DAY - 3 * HOUR)
  await bindLi(server, sms, 'erin')
  while ((await server.sendNotices()) > 0);
  expect(mails).toHaveLength(5)
})

test('what has certainly not gone out is tried five times in a day, with growing pauses', async (t) => {
  const { server, mails } = await startWithMail(t, failed('mail is down'))

  const pauses = [MINUTE, 10 * MINUTE, HOUR, 6 * HOUR]
  await server.sendNotices()
  for (const [index, pause] of pauses.entries()) {
    expect(mails).toHaveLength(index + 1)
    server.clock.advance(pause - 1)
    expect(await server.sendNotices()).toBe(0)
    server.clock.advance(1)
    expect(await server.sendNotices()).toBe(1)
  }
  server.clock.advance(DAY)

  expect(await server.sendNotices()).toBe(0)
  expect(mails).toHaveLength(5)
  expect(new Set(mails.map(({ id }) => id)).size).toBe(5)
  expect(await noticesOf(server)).toMatchObject([{ result: 'failed', because: 'mail is down', tries: 5 }])
})

test('a try that succeeds is the last', async (t) => {
  const { server, mails } = await startWithMail(t, failed('mail is down'), SENT)
  await server.sendNotices()
  server.clock.advance(MINUTE)
  await server.sendNotices()
  server.clock.advance(DAY)

  expect(await server.sendNotices()).toBe(0)
  expect(mails).toHaveLength(2)
})

test('what may have gone out is not repeated', async (t) => {
  const { server, mails } = await startWithMail(t, unknown('timeout'))
  await server.sendNotices()
  server.clock.advance(DAY)

  expect(await server.sendNotices()).toBe(0)
  expect(mails).toHaveLength(1)
  expect(await noticesOf(server)).toMatchObject([{ result: 'unknown', because: 'timeout' }])
})

test.for([
  { age: DAY, mails: 1, result: 'sent' },
  { age: DAY + 1, mails: 0, result: 'dropped' },
])('after $age ms without a sender it is $result', async ({ age, mails: count, result }, t) => {
  const { server, mails } = await startWithMail(t)
  server.clock.advance(age)

  await server.sendNotices()

  expect(mails).toHaveLength(count)
  expect(await noticesOf(server)).toMatchObject([{ result }])
})

test('without a gateway for it, it is dropped, and the operator can read why', async (t) => {
  const { sms, gateways } = mailThat()
  const smsOnly = {
    ...gateways,
    use: <Result>(act: Parameters<typeof gateways.use<Result>>[0]) =>
      gateways.use((all) => act(all.filter(({ gateway }) => gateway.channel === 'sms'))),
  }
  const server = await startServer(t, { server: { gateways: smsOnly } })
  await server.addUser({ mobile: LI, email: LI_MAIL })
  await bindLi(server, sms)

  expect(await server.sendNotices()).toBe(1)

  expect(await noticesOf(server)).toMatchObject([{ result: 'dropped', because: 'no gateway carries it' }])
  expect(await reportMessages(server.deployment.db, 0)).toEqual([
    'sms (sms): 1 sent, 0 failed, 0 unknown',
    'notices not sent: 1',
    '  1: no gateway carries it',
  ])
})

test('what codes may not be sent to, notices are not either', async (t) => {
  const { mails, sms, gateways } = mailThat()
  const server = await startServer(t, { server: { gateways } })
  await server.addUser({ mobile: LI, email: LI_MAIL })
  await bindLi(server, sms)
  await server.sendNotices()
  const alice = await signIn(server.miniProgram(), 'alice')
  const [link] = await alice.links()
  await savePolicy(server.deployment.db, sendPolicy, { area_codes: ['852'] })
  await alice.unbindAccount(link?.id ?? '')

  await server.sendNotices()

  expect(mails.map(({ purpose }) => purpose)).toEqual(['identity_bound', 'identity_unbound'])
  expect(sms.map(({ purpose }) => purpose)).toEqual(['BIND_MOBILE_SMS'])
  expect((await noticesOf(server)).map(({ because }) => because)).toContain('the area code is not allowed')
})

test('they spend the money of the day, and wait when there is none left', async (t) => {
  const { mails, sms, gateways } = mailThat()
  const price = { micros: 400_000, currency: 'CNY' }
  const priced: typeof gateways = {
    ...gateways,
    use: (act) => gateways.use((all) => act(all.map((each) => ({ ...each, price })))),
  }
  const server = await startServer(t, { server: { gateways: priced } })
  await savePolicy(server.deployment.db, sendPolicy, { spend_per_day: '1 CNY' })
  await server.addUser({ mobile: LI, email: LI_MAIL })
  await bindLi(server, sms)
  server.clock.advance(MINUTE)
  // The second of two messages that a day has money for.
  await server.miniProgram().send('13900139000', 'BIND_MOBILE_SMS')
  expect(await server.sendNotices()).toBe(1)
  expect(mails).toHaveLength(0)

  await savePolicy(server.deployment.db, sendPolicy, { spend_per_day: '2 CNY' })
  server.clock.advance(MINUTE)
  await server.sendNotices()

  expect(mails).toHaveLength(1)
  expect(await noticesOf(server)).toMatchObject([{ result: 'sent', tries: 2 }])
})

test('an instance sends them by itself, and finishes the one under way when it stops', async (t) => {
  const asked = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<SendOutcome>()
  const { sms, gateways } = mailThat()
  const slow: Gateway = {
    name: 'slow',
    channel: 'email',
    send() {
      asked.resolve()
      return answer.promise
    },
  }
  const withSlow: typeof gateways = {
    ...gateways,
    use: (act) =>
      gateways.use((all) =>
        act(all.map((each) => (each.gateway.channel === 'email' ? { name: 'slow', gateway: slow } : each))),
      ),
  }
  const data = await makeTestData()
  t.onTestFinished(() => data.remove())
  const server = await startServer(t, { data, server: { gateways: withSlow, sendsNotices: true } })
  await server.addUser({ mobile: LI, email: LI_MAIL })
  await bindLi(server, sms)
  await asked.promise

  const stopped = server.stop()
  answer.resolve(SENT)
  await stopped

  const later = await startServer(t, { data })
  expect(await noticesOf(later)).toMatchObject([{ result: 'sent', tries: 1 }])
})
