import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { messageTexts } from '../messages/index.ts'
import { savePolicy } from '../platform/policy/index.ts'
import { setGateway, startCarrier } from '../testing/carriers.ts'
import { startMailServer } from '../testing/mail-server.ts'
import { startServer, type TestServer } from '../testing/server.ts'

const LI = '13800138000'
const LI_MAIL = 'li@example.com'

function setTexts(server: TestServer, texts: z.input<typeof messageTexts.schema>): Promise<void> {
  return savePolicy(server.deployment.db, messageTexts, texts)
}

describe('the operator’s own words', () => {
  test('stand in the text message of their template and language, and in no other', async (t) => {
    const server = await startServer(t, { usesStoredGateways: true })
    const carrier = await startCarrier(t)
    await setGateway(server, 'carrier', carrier.description)
    await setTexts(server, { bind: { zh: { sms: '【小店】{code}，{minutes}分钟有效（{application}）' } } })

    await server.miniProgram({ language: 'zh' }).send(LI, 'BIND_MOBILE_SMS')
    await server.miniProgram({ language: 'en' }).send('13900139000', 'BIND_MOBILE_SMS')
    await server.miniProgram({ language: 'zh' }).send('13700137000', 'REGISTER_SMS')

    const [own, inEnglish, ofRegistering] = carrier.messages
    expect(own?.text).toBe(`【小店】${own?.code}，5分钟有效（演示应用）`)
    expect(inEnglish?.text).toContain('is your code. Someone asked this app')
    expect(ofRegistering?.text).toContain('注册账号')
  })

  test('are what the Dev Inbox shows as well', async (t) => {
    const server = await startServer(t, { mode: 'dev' })
    await setTexts(server, { bind: { en: { sms: 'Your code: {code}' } } })
    const program = server.miniProgram({ language: 'en' })
    await program.send(LI, 'BIND_MOBILE_SMS')

    const inbox = await fetch(`${server.url}/dev/inbox?to=${LI}`)
    expect(await inbox.json()).toMatchObject([{ text: `Your code: ${await program.newestCode(LI)}` }])
  })

  test('stand in subject and both parts of an email, escaped in the HTML one', async (t) => {
    const mail = await startMailServer()
    const server = await startServer(t, {
      usesStoredGateways: true,
      application: { name: { zh: '<b>{code}</b>', en: '<b>{code}</b>' } },
    })
    const gateway = {
      kind: 'smtp',
      host: '127.0.0.1',
      port: mail.port,
      security: 'none',
      from: 'a@example.com',
    }
    await setGateway(server, 'mail', gateway)
    await setTexts(server, {
      bind: {
        en: {
          email_subject: 'Hello from {application} & co.',
          email_text: 'Dear <guest>,\nyour code is\n\n{code}\n\nfor {minutes} minutes in {application}.',
        },
      },
    })

    await server.miniProgram({ language: 'en' }).send(LI_MAIL, 'BIND_EMAIL_EMS')

    const { subject, text, html = '' } = mail.received[0]?.email ?? {}
    const code = /^\d{6}$/m.exec(text ?? '')?.[0]
    // A name that looks like a placeholder stays a name: no code stands in a subject.
    expect(subject).toBe('Hello from <b>{code}</b> & co.')
    expect(text?.trim()).toBe(`Dear <guest>,\nyour code is\n\n${code}\n\nfor 10 minutes in <b>{code}</b>.`)
    expect(html).toContain('<p>Dear &lt;guest&gt;,<br>your code is</p>')
    expect(html).toContain(`<strong>${code}</strong>`)
    expect(html).toContain('<p>for 10 minutes in &lt;b&gt;{code}&lt;/b&gt;.</p>')
    expect(html).toContain('<title>Hello from &lt;b&gt;{code}&lt;/b&gt; &amp; co.</title>')
  })

  test('may be of a part of an email only', async (t) => {
    const mail = await startMailServer()
    const server = await startServer(t, { usesStoredGateways: true })
    const gateway = {
      kind: 'smtp',
      host: '127.0.0.1',
      port: mail.port,
      security: 'none',
      from: 'a@example.com',
    }
    await setGateway(server, 'mail', gateway)
    await setTexts(server, { bind: { en: { email_subject: 'Only this' } } })

    await server.miniProgram({ language: 'en' }).send(LI_MAIL, 'BIND_EMAIL_EMS')

    expect(mail.received[0]?.email.subject).toBe('Only this')
    expect(mail.received[0]?.email.text).toContain('Someone asked in "Demo, bind"')
  })
})

test.each([
  [{ sms: 'Your code is on its way' }, 'The text must hold {code}'],
  [{ sms: '{code} {name}' }, 'Braces stand only in'],
  [{ sms: '{code} {' }, 'Braces stand only in'],
  [{ sms: '{CODE}' }, 'The text must hold {code}'],
  [{ sms: '{code}\u0007' }, 'control character'],
  [{ sms: ' ' }, 'Write a text'],
  [{ sms: `{code}${'x'.repeat(495)}` }, 'At most 500 characters'],
  [{ email_text: 'Hello' }, 'The text must hold {code}'],
  [{ email_subject: 'Hello\r\nBcc: x@example.com' }, 'A subject is one line'],
  [{ email_subject: 'Your code {code}' }, 'A subject does not hold {code}'],
  [{ subject: 'Hello' }, 'subject'],
])('%o is refused, in words', (wording, says) => {
  expect(() => messageTexts.schema.parse({ bind: { zh: wording } })).toThrow(says)
})

test('a text of five hundred characters is not too long', () => {
  const sms = `{code}${'x'.repeat(494)}`
  expect(messageTexts.schema.parse({ register: { en: { sms } } })).toEqual({ register: { en: { sms } } })
})
