import { expect, type TestContext } from 'vitest'
import { z } from 'zod'
import { startServer, type TestServer } from './server.ts'
import { fixedGateways, type Gateway, type Message, type SendOutcome } from '../messages/index.ts'

export const SENT: SendOutcome = { result: 'sent' }
export const failed = (because: string): SendOutcome => ({ result: 'failed', because })
export const unknown = (because: string): SendOutcome => ({ result: 'unknown', because })

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
export const LI = '13800138000'
export const LI_MAIL = 'li@example.com'

const inboxSchema = z.array(
  z.object({ to: z.string(), purpose: z.string(), code: z.string(), text: z.string(), sent_at: z.number() }),
)

export async function inboxOf(server: TestServer, to: string) {
  const response = await fetch(`${server.url}/dev/inbox?to=${encodeURIComponent(to)}`)
  return inboxSchema.parse(await response.json())
}

/** Carries codes by SMS, and gives each email the next outcome of these; after the last, that one again. */
export function mailThat(...outcomes: readonly SendOutcome[]) {
  const mails: Message[] = []
  const sms: Message[] = []
  const mail: Gateway = {
    name: 'mail',
    channel: 'email',
    async send(message) {
      mails.push(message)
      return outcomes[Math.min(mails.length, outcomes.length) - 1] ?? SENT
    },
  }
  const text: Gateway = {
    name: 'sms',
    channel: 'sms',
    async send(message) {
      sms.push(message)
      return SENT
    },
  }
  return { mails, sms, gateways: fixedGateways([text, mail]) }
}

/** Li has a mobile and a mailbox, and binds alice by his mobile. */
export async function bindLi(server: TestServer, sms: readonly Message[], person = 'alice') {
  const program = server.miniProgram()
  const pending = await program.openSignIn(person)
  await pending.send(LI)
  const message = sms.at(-1)
  const code = message !== undefined && 'verifyCode' in message ? message.verifyCode : ''
  return pending.bind(LI, code)
}

export async function startWithMail(t: TestContext, ...outcomes: readonly SendOutcome[]) {
  const mail = mailThat(...outcomes)
  const server = await startServer(t, { server: { gateways: mail.gateways } })
  await server.addUser({ mobile: LI, email: LI_MAIL })
  expect(await bindLi(server, mail.sms)).toMatchObject({ outcome: 'SUCCESS' })
  return { server, ...mail }
}

export async function noticesOf({ deployment }: TestServer) {
  return deployment.db
    .selectFrom('notice')
    .select(['result', 'because', 'tries', 'due_at'])
    .orderBy('at')
    .execute()
}
