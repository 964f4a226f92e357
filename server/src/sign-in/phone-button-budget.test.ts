import { expect, test, type TestContext } from 'vitest'
import { productionPhoneButtonBudgets } from '../connections/index.ts'
import type { Budget } from '../platform/limits/index.ts'
import { BIND_CLIENT_ID, REGISTER_CLIENT_ID, startServer } from '../testing/server.ts'

const BUSY = 'IDAAS.SDK.LOGIN.9010'
const PHONE_CODE_REFUSED = 'IDAAS.SDK.LOGIN.9009'
const ZHANGSAN = 'mock:zhangsan?phone=11012345678'
const HOUR_MS = 60 * 60 * 1_000

const three: Budget = { name: 'three an hour', grainMs: 1, limits: [{ max: 3, perMs: HOUR_MS }] }
const plenty: Budget = { name: 'plenty', grainMs: 1, limits: [{ max: 1_000, perMs: HOUR_MS }] }

async function startWith(t: TestContext, budgets: { ip?: Budget; application?: Budget }) {
  const server = await startServer(t, {
    server: {
      phoneButtonBudgets: { ip: budgets.ip, application: budgets.application ?? plenty },
      trustedProxies: ['127.0.0.1'],
    },
  })
  const loginFrom = (ip: string, code = ZHANGSAN, clientId = BIND_CLIENT_ID) =>
    server.miniProgram({ clientId }).call('login/wechat-mini-program-mobile', {
      headers: { 'X-Forwarded-For': ip },
      body: { code },
    })
  return { server, loginFrom }
}

test('a network has so many, whoever asks in it; the next has to wait, and is told how long', async (t) => {
  const { server, loginFrom } = await startWith(t, { ip: three })
  for (const ip of ['2001:db8::1', '2001:db8::2', '2001:db8::3']) {
    expect(await loginFrom(ip)).toMatchObject({ outcome: 'SUCCESS' })
  }

  const refused = await loginFrom('2001:db8::4')
  expect(refused).toMatchObject({ httpStatus: 400, outcome: BUSY })
  expect(refused.headers.get('retry-after')).toBe('3600')
  expect(await loginFrom('2001:db8:0:1::4')).toMatchObject({ outcome: 'SUCCESS' })

  server.clock.advance(HOUR_MS - 1)
  expect(await loginFrom('2001:db8::4')).toMatchObject({ outcome: BUSY })
  server.clock.advance(1)
  expect(await loginFrom('2001:db8::4')).toMatchObject({ outcome: 'SUCCESS' })
})

test('an application has so many, and another its own', async (t) => {
  const { loginFrom } = await startWith(t, { application: three })
  for (let time = 1; time <= 3; time++)
    expect(await loginFrom(`10.0.0.${time}`)).toMatchObject({ outcome: 'SUCCESS' })

  expect(await loginFrom('10.0.0.4')).toMatchObject({ outcome: BUSY })
  expect(await loginFrom('10.0.0.4', ZHANGSAN, REGISTER_CLIENT_ID)).toMatchObject({ outcome: 'SUCCESS' })
})

test('of many at once no more get through than there is room for', async (t) => {
  const { server, loginFrom } = await startWith(t, { application: three })

  const replies = await Promise.all(Array.from({ length: 16 }, () => loginFrom('10.0.0.1')))

  expect(replies.filter(({ outcome }) => outcome === 'SUCCESS')).toHaveLength(3)
  expect(replies.filter(({ outcome }) => outcome === BUSY)).toHaveLength(13)
  expect(await server.count('session')).toBe(3)
})

test('a bind costs as a login does, and a refused one leaves the sign-in open', async (t) => {
  const { server, loginFrom } = await startWith(t, { application: three })
  const signIn = await server.miniProgram().openSignIn('alice')
  for (let time = 1; time <= 3; time++) await loginFrom('10.0.0.1')

  expect(await signIn.phoneBind(ZHANGSAN)).toMatchObject({ outcome: BUSY })
  server.clock.advance(5 * 60_000)
  expect(await signIn.look()).toMatchObject({ outcome: 'SOCIAL_BIND' })
  // The address is proved by a code all the same.
  await signIn.send('11012345678')
  expect(await signIn.bind('11012345678', '232326')).toMatchObject({ outcome: 'SUCCESS' })
})

test('codes that somebody made up use up what his network has, and nothing of the application', async (t) => {
  const { loginFrom } = await startWith(t, { ip: three, application: three })
  for (let time = 1; time <= 3; time++) {
    expect(await loginFrom('10.0.0.1', 'f'.repeat(64))).toMatchObject({ outcome: PHONE_CODE_REFUSED })
  }

  expect(await loginFrom('10.0.0.1')).toMatchObject({ outcome: BUSY })
  for (let time = 1; time <= 3; time++)
    expect(await loginFrom('10.0.0.2')).toMatchObject({ outcome: 'SUCCESS' })
})

test('what WeChat may have charged for is not given back', async (t) => {
  const { loginFrom } = await startWith(t, { application: three })
  for (let time = 1; time <= 3; time++) await loginFrom('10.0.0.1', 'mock:error:45009')

  expect(await loginFrom('10.0.0.1')).toMatchObject({ outcome: BUSY })
})

test('in production it is 300 an hour for a network, and 1,000 for an application', () => {
  const { ip, application } = productionPhoneButtonBudgets
  expect(ip?.limits).toEqual([
    { max: 300, perMs: HOUR_MS },
    { max: 2_000, perMs: 24 * HOUR_MS },
  ])
  expect(application.limits).toEqual([
    { max: 1_000, perMs: HOUR_MS },
    { max: 10_000, perMs: 24 * HOUR_MS },
  ])
})

test('a caller who names another IP is not believed', async (t) => {
  const server = await startServer(t, {
    server: { phoneButtonBudgets: { ip: three, application: plenty } },
  })
  const login = (ip: string) =>
    server.miniProgram().call('login/wechat-mini-program-mobile', {
      headers: { 'X-Forwarded-For': ip, 'X-device-ip': ip },
      body: { code: ZHANGSAN },
    })
  for (const ip of ['10.0.0.1', '10.0.0.2', '10.0.0.3']) await login(ip)

  expect(await login('10.0.0.4')).toMatchObject({ outcome: BUSY })
})
