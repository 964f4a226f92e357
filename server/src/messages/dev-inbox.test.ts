import { expect, test } from 'vitest'
import { codeEmail, codeMessage } from '../testing/code-message.ts'
import { type DevInbox, openDevInbox } from './dev-inbox.ts'
import type { CodeMessage } from './message.ts'

test('it receives both channels and shows the newest first', async () => {
  const inbox = openDevInbox()
  const text = codeMessage()
  const email = codeEmail({ verifyCode: '123456', language: 'en' })
  expect(inbox.gateways.map(({ channel }) => channel)).toEqual(['sms', 'email'])

  expect(await sendBy(inbox, text)).toEqual({ result: 'sent' })
  expect(await sendBy(inbox, email)).toEqual({ result: 'sent' })

  expect(inbox.list()).toEqual([
    {
      channel: 'email',
      to: 'li@example.com',
      purpose: 'BIND_EMAIL_EMS',
      code: '123456',
      text: expect.stringContaining('Never share this code'),
      sent_at: email.sentAt,
    },
    {
      channel: 'sms',
      to: '+86-13800138000',
      purpose: 'BIND_MOBILE_SMS',
      code: '232326',
      text: expect.stringContaining('【示例应用】'),
      sent_at: text.sentAt,
    },
  ])
})

test.each([
  '13800138000',
  ' 13800138000 ',
  '+8613800138000',
  ' 8613800138000',
  '008613800138000',
  '+86-13800138000',
  '+86 138-0013-8000',
])('a mobile number is found as "%s"', async (typed) => {
  const inbox = await inboxWith(
    codeMessage(),
    codeMessage({ to: { channel: 'sms', value: '+86-13800138001' } }),
    codeEmail(),
  )

  expect(inbox.list(typed).map(({ to }) => to)).toEqual(['+86-13800138000'])
})

test.each(['li@example.com', 'LI@Example.COM', ' li@example.com '])(
  'an email address is found as "%s"',
  async (typed) => {
    const inbox = await inboxWith(
      codeMessage(),
      codeEmail(),
      codeEmail({ to: { channel: 'email', value: 'lin@example.com' } }),
    )

    expect(inbox.list(typed).map(({ to }) => to)).toEqual(['li@example.com'])
  },
)

test.each(['', '3800138000', '138001380000', '13800138000@example.com', '+1-13800138000', 'example.com'])(
  'nothing is found as "%s"',
  async (typed) => {
    expect((await inboxWith(codeMessage(), codeEmail())).list(typed)).toEqual([])
  },
)

test('it keeps two hundred messages and forgets the oldest', async () => {
  const messages = Array.from({ length: 201 }, (_, index) => codeMessage({ verifyCode: String(index) }))
  const inbox = await inboxWith(...messages.slice(0, 200))
  expect(inbox.list().at(-1)?.code).toBe('0')

  await sendBy(inbox, codeMessage({ verifyCode: '200' }))

  expect(inbox.list()).toHaveLength(200)
  expect(inbox.list()[0]?.code).toBe('200')
  expect(inbox.list().at(-1)?.code).toBe('1')
})

test('a list that was handed out does not change', async () => {
  const inbox = await inboxWith(codeMessage())
  const before = inbox.list()

  await sendBy(inbox, codeMessage())

  expect(before).toHaveLength(1)
})

test('a listener is told of every message until it stops listening', async () => {
  const inbox = openDevInbox()
  const heard: string[] = []
  const stop = inbox.onMessage(({ code }) => heard.push(code))
  const stopOther = inbox.onMessage(() => stopOther())

  await sendBy(inbox, codeMessage({ verifyCode: '1' }))
  await sendBy(inbox, codeEmail({ verifyCode: '2' }))
  stop()
  await sendBy(inbox, codeMessage({ verifyCode: '3' }))

  expect(heard).toEqual(['1', '2'])
})

function sendBy(inbox: DevInbox, message: CodeMessage) {
  return inbox.gateways.find(({ channel }) => channel === message.to.channel)?.send(message)
}

async function inboxWith(...messages: readonly CodeMessage[]) {
  const inbox = openDevInbox()
  for (const message of messages) await sendBy(inbox, message)
  return inbox
}
