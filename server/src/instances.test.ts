import { expect, test, type TestContext } from 'vitest'
import { startPostgres } from './testing/postgres.ts'
import { startServer, type TestServer } from './testing/server.ts'
import { emptyDatabase } from './testing/test-data.ts'

const ZHANGSAN = '11012345678'
const CODE = '232326'
const LI = '13800138000'

/** Two instances on one PostgreSQL, as behind a load balancer that sends each request to the other one. */
async function startTwo(t: TestContext, url: string): Promise<[TestServer, TestServer]> {
  const data = await emptyDatabase(url)
  const options = { data, server: { publicUrl: () => 'https://id.example.com' } }
  const [one, other] = [await startServer(t, options), await startServer(t, options)]
  return [one, other]
}

test('two instances are one server: the flow alternates, budgets and ends are shared', async (t) => {
  const postgres = await startPostgres({ isDurable: false })
  t.onTestFinished(() => postgres.remove())
  const [one, other] = await startTwo(t, postgres.url)
  const here = one.miniProgram()
  const there = other.miniProgram()

  const signIn = await here.openSignIn('alice')
  const headers = { 'X-state-token': signIn.stateToken }
  expect(await there.send(ZHANGSAN, 'BIND_MOBILE_SMS', signIn.stateToken)).toMatchObject({ outcome: 'OK' })
  const bound = await here.call('social/bind', { headers, body: { mobile: ZHANGSAN, verify_code: CODE } })
  expect(bound).toMatchObject({ outcome: 'SUCCESS' })
  expect(await there.login('alice')).toMatchObject({ outcome: 'SUCCESS' })

  expect(await here.send(LI, 'BIND_MOBILE_SMS')).toMatchObject({ outcome: 'OK' })
  expect(await there.send(LI, 'BIND_MOBILE_SMS')).toMatchObject({ outcome: 'IDAAS.SDK.CAPTCHA.0006' })

  const session = { headers: { 'session-token': String(bound.body['session_token']) } }
  expect((await there.call('sso/session-token/id-token', session)).httpStatus).toBe(200)
  await here.call('logout', { method: 'GET', ...session })
  expect(await there.call('sso/session-token/id-token', session)).toMatchObject({
    outcome: 'IDAAS.SDK.PARAM.0023',
  })
})

test('guesses on two instances count together, and one of two simultaneous binds wins', async (t) => {
  const postgres = await startPostgres({ isDurable: false })
  t.onTestFinished(() => postgres.remove())
  const [one, other] = await startTwo(t, postgres.url)

  for (let round = 1; round <= 20; round++) {
    const alice = await one.miniProgram().openSignIn(`alice${round}`)
    const bob = await other.miniProgram().openSignIn(`bob${round}`)
    await alice.send(ZHANGSAN, { scoped: false })
    const outcomes = await Promise.all([alice.bind(ZHANGSAN, CODE), bob.bind(ZHANGSAN, CODE)])
    expect(outcomes.map((reply) => reply.outcome).toSorted()).toEqual(['IDAAS.SDK.CAPTCHA.0007', 'SUCCESS'])
  }

  const signIn = await one.miniProgram().openSignIn('carol')
  await signIn.send(ZHANGSAN)
  const guess = {
    headers: { 'X-state-token': signIn.stateToken },
    body: { mobile: ZHANGSAN, verify_code: '000000' },
  }
  const guesses = Array.from({ length: 10 }, (_, index) =>
    (index % 2 === 0 ? one : other).miniProgram().call('social/bind', guess),
  )
  await Promise.all(guesses)
  expect(await signIn.bind(ZHANGSAN, CODE)).toMatchObject({ outcome: 'IDAAS.SDK.CAPTCHA.0007' })
})

test('while PostgreSQL is gone the answer is 503 with Retry-After; when it is back the server is too', async (t) => {
  const postgres = await startPostgres({ isDurable: true })
  t.onTestFinished(() => postgres.remove())
  const data = await emptyDatabase(postgres.url)
  const server = await startServer(t, { data })
  const program = server.miniProgram()
  const signIn = await program.openSignIn('alice')
  await signIn.send(ZHANGSAN)
  await signIn.bind(ZHANGSAN, CODE)

  await postgres.kill()
  const away = await program.send(LI, 'BIND_MOBILE_SMS')
  expect(away).toMatchObject({ httpStatus: 503, outcome: 'IDAAS.SDK.COM.9503' })
  expect(away.headers.get('retry-after')).toBe('1')
  expect((await fetch(`${server.url}/ready`)).status).toBe(503)
  expect((await fetch(`${server.url}/live`)).status).toBe(200)

  await postgres.start()
  const backAt = performance.now()
  await expect.poll(() => program.login('alice'), { timeout: 5_000 }).toMatchObject({ outcome: 'SUCCESS' })
  expect(performance.now() - backAt).toBeLessThan(5_000)
  expect((await fetch(`${server.url}/ready`)).status).toBe(200)
})

test('a PostgreSQL that dies under load takes no process along, and loses nothing acknowledged', async (t) => {
  const postgres = await startPostgres({ isDurable: true })
  t.onTestFinished(() => postgres.remove())
  const server = await startServer(t, { data: await emptyDatabase(postgres.url) })
  const program = server.miniProgram()
  const bound: string[] = []
  const load = { isDone: false }
  const worker = async (name: string): Promise<void> => {
    for (let number = 1; !load.isDone; number++) {
      const person = `${name}${number}`
      const login = await program.login(person)
      if (login.outcome !== 'SOCIAL_BIND') continue
      const headers = { 'X-state-token': String(login.body['state_token']) }
      const sent = await program.send('zhangsan@qq.com', 'BIND_EMAIL_EMS', headers['X-state-token'])
      if (sent.outcome !== 'OK') continue
      const reply = await program.call('social/bind', {
        headers,
        body: { email: 'zhangsan@qq.com', verify_code: '123456' },
      })
      expect([200, 400, 503]).toContain(reply.httpStatus)
      if (reply.outcome === 'SUCCESS') bound.push(person)
    }
  }
  const workers = Promise.all(['a', 'b', 'c', 'd'].map(worker))
  await expect.poll(() => bound.length, { timeout: 8_000 }).toBeGreaterThan(10)
  await postgres.kill()
  await postgres.start()
  const before = bound.length
  await expect.poll(() => bound.length, { timeout: 8_000 }).toBeGreaterThan(before + 10)
  load.isDone = true
  await workers

  for (const person of bound) expect(await program.login(person)).toMatchObject({ outcome: 'SUCCESS' })
})
