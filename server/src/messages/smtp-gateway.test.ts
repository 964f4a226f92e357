import { buffer } from 'node:stream/consumers'
import type { Email } from 'postal-mime'
import type { SMTPServerOptions } from 'smtp-server'
import { expect, onTestFinished, test } from 'vitest'
import { codeEmail } from '../testing/code-message.ts'
import { startMailServer, TEST_CERTIFICATE } from '../testing/mail-server.ts'
import { openSmtpGateway } from './smtp-gateway.ts'
import type { SmtpSettings } from './smtp-settings.ts'

const FROM = 'Example <no-reply@example.com>'

test.each([
  ['zh', '【示例应用】绑定账号的验证码', '切勿将验证码告诉任何人'],
  ['en', 'Demo: your code to link an account', 'Never share this code'],
] as const)('an email in %s arrives at the address, and only there', async (language, subject, warning) => {
  const server = await start()
  const message = codeEmail({ language })

  expect(await server.gateway.send(message)).toEqual({ result: 'sent' })

  const [received] = server.received
  expect(received?.envelope).toEqual({ from: 'no-reply@example.com', to: ['li@example.com'] })
  expect(received?.email.from).toEqual({ name: 'Example', address: 'no-reply@example.com' })
  expect(received?.email.to).toEqual([{ name: '', address: 'li@example.com' }])
  expect(received?.email.subject).toBe(subject)
  expect(received?.email.text).toContain('232326')
  expect(received?.email.text).toContain(warning)
  expect(received?.email.html).toContain('<strong>232326</strong>')
  expect(received?.email.messageId).toBe(`<${message.id}@example.com>`)
  expect(Date.parse(received?.email.date ?? '')).toBe(message.sentAt)
  expect(headersOf(received?.email)).toContain('auto-submitted')
})

test('an application name can add neither header, recipient nor markup', async () => {
  const server = await start()
  const name = 'D\r\nBcc: x@evil.example\r\n\r\n<img src=x>\u202e"'

  await server.gateway.send(codeEmail({ applicationName: { zh: name, en: name } }))

  const [received] = server.received
  expect(received?.envelope.to).toEqual(['li@example.com'])
  expect(received?.email.subject).toBe('【DBcc: x@evil.example<img src=x】绑定账号的验证码')
  expect(headersOf(received?.email)).not.toContain('bcc')
  expect(received?.email.html).not.toContain('<img')
})

test.each([
  'li@example.com, x@evil.example',
  'x@evil.example,li@example.com',
  '"x@evil.example "@example.com',
  'x@evil.example(@example.com',
  'li@example.com\r\nRCPT TO:<x@evil.example>',
  'li@[127.0.0.1]',
  'group:li@example.com;',
  'k\u212a@example.com',
  '<li@example.com>',
  'li',
])('nothing is sent to "%s", which mail programs read differently', async (value) => {
  const server = await start()

  const outcome = await server.gateway.send(codeEmail({ to: { channel: 'email', value } }))

  expect(outcome).toEqual({ result: 'failed', because: 'address that mail programs read differently' })
  expect(server.connections()).toBe(0)
})

test('an address with every character that an unquoted one may have arrives unchanged', async () => {
  const server = await start()
  const value = "li.o'x+a!#$%&*/=?^_`{|}~-@mail.example.com"

  expect(await server.gateway.send(codeEmail({ to: { channel: 'email', value } }))).toEqual({
    result: 'sent',
  })

  expect(server.received[0]?.envelope.to).toEqual([value])
  expect(server.received[0]?.email.to).toEqual([{ name: '', address: value }])
})

test('a refused recipient is failed, and the reason shows codes instead of the server’s words', async () => {
  const server = await start({
    onRcptTo: (_, __, callback) => callback(smtpError(550, '5.1.1 <li@example.com> unknown here')),
  })

  const outcome = await server.gateway.send(codeEmail())

  expect(outcome).toEqual({ result: 'failed', because: 'EENVELOPE 550 5.1.1 at RCPT TO' })
})

test('a refusal after the last byte is failed: the server said that it does not have the message', async () => {
  const server = await start({
    onData: (stream, _, callback) => void buffer(stream).then(() => callback(smtpError(554, '5.7.1 spam'))),
  })

  expect(await server.gateway.send(codeEmail())).toEqual({
    result: 'failed',
    because: 'EMESSAGE 554 5.7.1 at DATA',
  })
})

test('after a refusal the next message goes out', async () => {
  let refuses = true
  const server = await start({
    onRcptTo: (_, __, callback) => callback(refuses ? smtpError(450, '4.2.1 later') : null),
  })

  expect((await server.gateway.send(codeEmail())).result).toBe('failed')
  refuses = false

  expect(await server.gateway.send(codeEmail())).toEqual({ result: 'sent' })
})

test('a connection is kept and used again', async () => {
  const server = await start()

  for (let sent = 0; sent < 3; sent++) {
    expect(await server.gateway.send(codeEmail())).toEqual({ result: 'sent' })
  }

  expect(server.connections()).toBe(1)
})

test('user and password are used as they are written', async () => {
  const server = await start(withPassword('p@ss/wörd%2F'), {
    user: 'li@example.com',
    password: 'p@ss/wörd%2F',
  })

  expect(await server.gateway.send(codeEmail())).toEqual({ result: 'sent' })
})

test('a wrong password is failed, and is not shown', async () => {
  const server = await start(withPassword('right'), { user: 'li@example.com', password: 'wr0ng' })

  expect(await server.gateway.send(codeEmail())).toEqual({
    result: 'failed',
    because: 'EAUTH 535 at AUTH PLAIN',
  })
})

// To the gateway 0.0.0.0 is another machine, although it leads here.
const ELSEWHERE = { host: '0.0.0.0', security: 'starttls', user: 'user', password: 'secret' } as const

test('to another machine it upgrades to TLS before it says anything', async () => {
  const server = await start(withPassword('secret'), {
    ...ELSEWHERE,
    certificate_authority: TEST_CERTIFICATE,
  })

  expect(await server.gateway.send(codeEmail())).toEqual({ result: 'sent' })
  expect(server.received[0]?.isEncrypted).toBe(true)
})

test.each([
  [
    'offers no TLS',
    { hideSTARTTLS: true, disabledCommands: ['STARTTLS'] },
    TEST_CERTIFICATE,
    /^ETLS 5\d\d .*at STARTTLS$/,
  ],
  ['has a certificate of nobody we trust', {}, undefined, /SELF_SIGNED_CERT/],
])(
  'another machine that %s gets neither password nor message',
  async (_, options, certificateAuthority, because) => {
    const said: string[] = []
    const server = await start(
      {
        ...options,
        authOptional: true,
        allowInsecureAuth: true,
        onAuth: () => said.push('AUTH'),
        onMailFrom: () => said.push('MAIL'),
      },
      { ...ELSEWHERE, certificate_authority: certificateAuthority },
    )

    expect(await server.gateway.send(codeEmail())).toEqual({
      result: 'failed',
      because: expect.stringMatching(because),
    })
    expect(said).toEqual([])
  },
)

test('danger_plaintext speaks to another machine without TLS', async () => {
  const server = await start(
    { ...withPassword('secret'), hideSTARTTLS: true },
    { ...ELSEWHERE, security: 'none', danger_plaintext: true },
  )

  expect(await server.gateway.send(codeEmail())).toEqual({ result: 'sent' })
  expect(server.received[0]?.isEncrypted).toBe(false)
})

test('tls is encrypted from the first byte', async () => {
  const server = await start(
    { secure: true },
    { host: 'localhost', security: 'tls', certificate_authority: TEST_CERTIFICATE },
  )

  expect(await server.gateway.send(codeEmail())).toEqual({ result: 'sent' })
  expect(server.received[0]?.isEncrypted).toBe(true)
})

test('closing waits for messages under way and in the queue, and later ones fail', async () => {
  const held: (() => void)[] = []
  const isFull = Promise.withResolvers<void>()
  let isHolding = true
  const server = await start({
    onData: (stream, _, callback) =>
      void buffer(stream).then(() => {
        if (!isHolding) return callback()
        if (held.push(callback) === 5) isFull.resolve()
      }),
  })
  const sending = Array.from({ length: 7 }, () => server.gateway.send(codeEmail()))
  await isFull.promise

  const closing = server.gateway.close?.()

  expect(await server.gateway.send(codeEmail())).toEqual({ result: 'failed', because: 'closed' })
  isHolding = false
  for (const accept of held) accept()
  expect(new Set((await Promise.all(sending)).map(({ result }) => result))).toEqual(new Set(['sent']))
  await closing
})

/** A mail server with these `options`, and a gateway that leads to it. */
async function start(options: SMTPServerOptions = {}, settings: Partial<SmtpSettings> = {}) {
  const server = await startMailServer(options)
  const { port } = server
  const gateway = openSmtpGateway({ host: '127.0.0.1', port, security: 'none', from: FROM, ...settings })
  onTestFinished(() => gateway.close?.())
  return { ...server, gateway }
}

function withPassword(password: string): SMTPServerOptions {
  return {
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: (auth, _, callback) =>
      auth.password === password ? callback(null, { user: auth.username }) : callback(smtpError(535, 'no')),
  }
}

function smtpError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}

function headersOf(email: Email | undefined): readonly string[] {
  return email?.headers.map(({ key }) => key) ?? []
}
