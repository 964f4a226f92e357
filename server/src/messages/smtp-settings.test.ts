import { expect, test } from 'vitest'
import type { z } from 'zod'
import { parseMailbox, smtpServerOf, smtpSettings } from './smtp-settings.ts'

const from = 'no-reply@example.com'

/** As a configuration file gives them. */
function serverFor(settings: Partial<z.input<typeof smtpSettings>>) {
  return smtpServerOf(smtpSettings.parse({ host: 'mail.example.com', from, ...settings }))
}

test.each([
  [{}, { host: 'mail.example.com', port: 587, secure: false, requireTLS: true, ignoreTLS: false }],
  [{ security: 'tls' }, { port: 465, secure: true, requireTLS: false, ignoreTLS: false }],
  [{ port: 2525 }, { port: 2525, requireTLS: true }],
  [{ host: 'localhost' }, { requireTLS: true, ignoreTLS: false }],
  [
    { host: 'localhost', security: 'none' },
    { requireTLS: false, ignoreTLS: true },
  ],
  [
    { host: '127.8.9.10', security: 'none' },
    { requireTLS: false, ignoreTLS: true },
  ],
  [
    { host: '::1', port: 25, security: 'none' },
    { host: '::1', requireTLS: false, ignoreTLS: true },
  ],
  [{ user: 'u@x', password: 'p/:%2F' }, { auth: { user: 'u@x', pass: 'p/:%2F' } }],
] as const)('%o is understood', (settings, server) => {
  expect(serverFor(settings)).toMatchObject(server)
})

test.each(['127.0.0.1.example.com', 'localhost.example.com', 'notlocalhost', '0.0.0.0', '2001:db8::1'])(
  'nothing goes unencrypted to %s unless danger_plaintext allows it',
  (host) => {
    expect(() => serverFor({ host, security: 'none' })).toThrow('danger_plaintext')
    expect(serverFor({ host, security: 'none', danger_plaintext: true })).toMatchObject({ ignoreTLS: true })
  },
)

test('danger_plaintext turns off no encryption that security asks for', () => {
  expect(serverFor({ danger_plaintext: true })).toMatchObject({ requireTLS: true, ignoreTLS: false })
  expect(serverFor({ danger_plaintext: true, security: 'tls' })).toMatchObject({ secure: true })
})

test.each([
  { host: '' },
  { host: 'smtp://mail.example.com' },
  { host: 'mail.example.com:587' },
  { host: 'user:s3cret@mail.example.com' },
  { host: 'mail.example.com/' },
  { host: '[::1]' },
  { password: 's3cret' },
  { user: 's3cret' },
])('%o is refused, and its password is not shown', (settings) => {
  expect(() => serverFor(settings)).toThrow(
    expect.objectContaining({ name: 'StartError', message: expect.not.stringContaining('s3cret') }),
  )
})

test.each([
  ['no-reply@example.com', { name: '', address: 'no-reply@example.com' }],
  ['<no-reply@example.com>', { name: '', address: 'no-reply@example.com' }],
  ['示例 Ltd. <no-reply@example.com>', { name: '示例 Ltd.', address: 'no-reply@example.com' }],
  ['"Example, Ltd." <no-reply@example.com>', { name: 'Example, Ltd.', address: 'no-reply@example.com' }],
])('%s is a sender', (text, mailbox) => {
  expect(parseMailbox(text)).toEqual(mailbox)
})

test.each([
  '',
  'Example',
  'a@example.com, b@example.com',
  'Example <a@example.com',
  'a@b@c',
  'x\r\nBcc: y <a@example.com>',
])('"%s" is not a sender', (text) => {
  expect(() => parseMailbox(text)).toThrow('The mail gateway needs a from address')
})
