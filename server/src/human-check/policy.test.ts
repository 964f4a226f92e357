import { expect, test, type TestContext } from 'vitest'
import { z } from 'zod'
import { savePolicy } from '../platform/policy/index.ts'
import { startServer, type TestServer } from '../testing/server.ts'
import { passSlider } from '../testing/slider.ts'
import { humanCheckPolicy, productionHumanCheck } from './index.ts'

const HOUR = 60 * 60 * 1000
const MISMATCH = 'IDAAS.SDK.CAPTCHA.0004'
const MISSING = 'IDAAS.SDK.CAPTCHA.9001'

const startChecking = (t: TestContext) => startServer(t, { server: { humanCheck: productionHumanCheck } })
const mailbox = (index: number) => `person${index}@example.com`

async function send(server: TestServer, email: string, captchaToken = '') {
  return server.miniProgram().call('email/send', {
    body: { email, type: 'BIND_EMAIL_EMS', captcha_token: captchaToken },
  })
}

const pendingReply = z.object({
  next: z.object({
    steps: z.array(z.object({ send: z.object({ human_check: z.array(z.string()).optional() }).optional() })),
  }),
})

/** What the first way on says of a check. */
async function wantedNext(server: TestServer, person: string): Promise<unknown> {
  const reply = await (await server.miniProgram().openSignIn(person)).look()
  const sends = pendingReply.parse(reply.body).next.steps.flatMap((step) => step.send ?? [])
  expect(sends.length).toBeGreaterThan(0)
  expect(new Set(sends.map((each) => JSON.stringify(each.human_check))).size).toBe(1)
  return sends[0]?.human_check
}

test('by risk, ten codes an hour from one network go out without a check and the eleventh wants one', async (t) => {
  const server = await startChecking(t)
  for (let index = 0; index < 10; index++) {
    expect(await wantedNext(server, `p${index}`)).toBeUndefined()
    // Whatever comes in that field is passed over.
    expect((await send(server, mailbox(index), 'nonsense')).outcome).toBe('OK')
  }
  expect(await wantedNext(server, 'p10')).toEqual(['slider', 'proof_of_work'])
  const refused = await send(server, mailbox(10))
  expect(refused.outcome).toBe(MISSING)
  expect(refused.headers.get('x-human-check')).toBe('slider, proof_of_work')
  expect((await send(server, mailbox(10), 'nonsense')).outcome).toBe(MISMATCH)
  const credential = await passSlider(server.miniProgram(), mailbox(10))
  expect((await send(server, mailbox(10), credential)).outcome).toBe('OK')

  server.clock.advance(HOUR)
  expect(await wantedNext(server, 'p11')).toBeUndefined()
  expect((await send(server, mailbox(11))).outcome).toBe('OK')
})

test('of sixteen at once ten are free', async (t) => {
  const server = await startChecking(t)
  const replies = await Promise.all(Array.from({ length: 16 }, (_, index) => send(server, mailbox(index))))
  expect(replies.filter(({ outcome }) => outcome === 'OK')).toHaveLength(10)
  expect(replies.filter(({ outcome }) => outcome === MISSING)).toHaveLength(6)
})

test('a code that is refused for another reason is not one of the free ones', async (t) => {
  const server = await startChecking(t)
  await savePolicy(server.deployment.db, humanCheckPolicy, { unchecked_per_ip: ['2 per hour'] })
  expect((await send(server, mailbox(0))).outcome).toBe('OK')
  expect((await send(server, mailbox(0))).outcome).toBe('IDAAS.SDK.CAPTCHA.0006')
  expect((await send(server, mailbox(1))).outcome).toBe('OK')
  expect((await send(server, mailbox(2))).outcome).toBe(MISSING)
})

test('never, nobody is asked; always, everybody is, for a test address too', async (t) => {
  const server = await startChecking(t)
  await savePolicy(server.deployment.db, humanCheckPolicy, { when: 'never' })
  for (let index = 0; index < 12; index++) {
    expect((await send(server, mailbox(index))).outcome).toBe('OK')
  }
  expect(await wantedNext(server, 'alice')).toBeUndefined()

  await savePolicy(server.deployment.db, humanCheckPolicy, { when: 'always', kinds: ['proof_of_work'] })
  const refused = await send(server, mailbox(12))
  expect(refused.outcome).toBe(MISSING)
  expect(refused.headers.get('x-human-check')).toBe('proof_of_work')
  expect((await send(server, 'zhangsan@qq.com')).outcome).toBe(MISSING)
  expect(await wantedNext(server, 'bob')).toEqual(['proof_of_work'])
  // The slider is answered as ever, but it is not what is wanted.
  const credential = await passSlider(server.miniProgram(), mailbox(12))
  expect((await send(server, mailbox(12), credential)).outcome).toBe(MISMATCH)
})

test('a test address is not counted among those that are free', async (t) => {
  const server = await startChecking(t)
  for (let index = 0; index < 12; index++) {
    expect((await send(server, 'zhangsan@qq.com')).outcome).toBe('OK')
  }
  expect((await send(server, mailbox(0))).outcome).toBe('OK')
})

test('in development nobody is asked unless the configuration says so', async (t) => {
  const server = await startServer(t, { mode: 'dev' })
  for (let index = 0; index < 12; index++) {
    expect((await send(server, mailbox(index))).outcome).toBe('OK')
  }
  await savePolicy(server.deployment.db, humanCheckPolicy, { when: 'always' })
  expect((await send(server, mailbox(12))).outcome).toBe(MISSING)
})

test('what a client asks for is in its own language', async (t) => {
  const server = await startChecking(t)
  await savePolicy(server.deployment.db, humanCheckPolicy, { when: 'always' })
  const body = { email: mailbox(0), type: 'BIND_EMAIL_EMS', captcha_token: '' }
  const chinese = await server.miniProgram({ language: 'zh' }).call('email/send', { body })
  expect(chinese.body['error_msg']).toBe('图形验证码校验通过令牌不能为空')
})

test.each([
  [{ when: 'sometimes' }, 'when'],
  [{ kinds: [] }, 'at least one kind'],
  [{ kinds: ['riddle'] }, 'kinds'],
  [{ unchecked_per_ip: [] }, 'at least one limit'],
  [{ unchecked_per_ip: ['10 a day'] }, 'such as'],
  [{ which: 'slider' }, 'which'],
])('%o is refused, in words', (fields, says) => {
  expect(() => humanCheckPolicy.schema.parse(fields)).toThrow(says)
})
