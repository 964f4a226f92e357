import { expect, test } from 'vitest'
import { parseMailbox, parseSmtpUrl } from './smtp-settings.ts'

const from = 'no-reply@example.com'

test.each([
  [
    'smtp://mail.example.com',
    { host: 'mail.example.com', port: 587, secure: false, requireTLS: true, ignoreTLS: false },
  ],
  ['smtps://mail.example.com', { port: 465, secure: true, requireTLS: false, ignoreTLS: false }],
  ['smtp://mail.example.com:2525/', { port: 2525 }],
  ['smtp://localhost', { requireTLS: false, ignoreTLS: true }],
  ['smtp://127.8.9.10', { requireTLS: false, ignoreTLS: true }],
  ['smtp://[::1]:25', { host: '::1', requireTLS: false, ignoreTLS: true }],
  ['smtp://127.0.0.1.example.com', { requireTLS: true, ignoreTLS: false }],
  ['smtp://localhost.example.com', { requireTLS: true, ignoreTLS: false }],
  ['smtp://notlocalhost', { requireTLS: true, ignoreTLS: false }],
  ['smtp://u%40x:p%2F%3A@mail.example.com', { auth: { user: 'u@x', pass: 'p/:' } }],
])('%s is understood', (url, server) => {
  expect(parseSmtpUrl({ url, from })).toMatchObject(server)
})

test('danger_plaintext turns off STARTTLS, and never TLS that the url asks for', () => {
  const plain = parseSmtpUrl({ url: 'smtp://mail.example.com', from, dangerPlaintext: true })
  const encrypted = parseSmtpUrl({ url: 'smtps://mail.example.com', from, dangerPlaintext: true })

  expect(plain).toMatchObject({ secure: false, requireTLS: false, ignoreTLS: true })
  expect(encrypted).toMatchObject({ secure: true })
})

test.each([
  '',
  'mail.example.com:587',
  'http://mail.example.com',
  'smtp://',
  'smtp://user:s3cret@mail.example.com:99999',
  'smtp://user:s3cret/x@mail.example.com',
  'smtp://user:s3cret@mail.example.com/path',
  'smtp://user:s3cret@mail.example.com?pool=true',
  'smtp://user:s3cret@mail.example.com#x',
  'smtp://user:s3cret%@mail.example.com',
  'smtp://s3cret@mail.example.com',
  'smtp://:s3cret@mail.example.com',
])('the url "%s" is refused, and its password is not shown', (url) => {
  expect(() => parseSmtpUrl({ url, from })).toThrow(
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
