import { z } from 'zod'
import { secretField } from '../platform/secret-field.ts'
import { StartError } from '../platform/start-error.ts'
import { isLoopback } from './loopback.ts'

/** How a connection to a mail server is encrypted: after its first words, from the first byte, or not at all. */
const security = z.enum(['starttls', 'tls', 'none'])

export const smtpSettings = z.strictObject({
  host: z.string().describe('The mail server, such as smtp.example.com.'),
  port: z.int().min(1).max(65535).optional().describe('Absent: 465 for tls, otherwise 587.'),
  security: security
    .default('starttls')
    .describe('starttls, tls (from the first byte), or none, which is for a mail server on this machine.'),
  user: z.string().min(1).optional().describe('Who signs in at the mail server; absent: nobody.'),
  password: secretField('The password of the user.').optional(),
  from: z
    .string()
    .describe('The sender: no-reply@example.com, or "Example <no-reply@example.com>" with a name.'),
  certificate_authority: z
    .string()
    .optional()
    .describe('PEM certificates to trust instead of the public ones, for a private authority.'),
  danger_plaintext: z
    .boolean()
    .optional()
    .describe(
      'Lets security: none be used beyond this machine: codes and the password can be read. Absent: no.',
    ),
})

export type SmtpSettings = z.output<typeof smtpSettings>

export interface Mailbox {
  readonly name: string
  readonly address: string
}

export interface SmtpServer {
  readonly host: string
  readonly port: number
  /** TLS from the first byte. */
  readonly secure: boolean
  /** Nothing is said before the connection is encrypted. */
  readonly requireTLS: boolean
  /** Only ever true on this machine and by `danger_plaintext`. */
  readonly ignoreTLS: boolean
  readonly auth?: { readonly user: string; readonly pass: string }
}

const HOST = /^(?:[a-z\d](?:[a-z\d._-]*[a-z\d])?\.?|[a-f\d]*:[a-f\d:.]+)$/i

/** @throws {StartError} for settings that cannot be meant together */
export function smtpServerOf(settings: SmtpSettings): SmtpServer {
  const { host, security: encryption, port = encryption === 'tls' ? 465 : 587 } = settings
  if (!HOST.test(host)) {
    throw new StartError(
      'The mail gateway needs the name of a host, without smtp:// before it or a port after it',
    )
  }
  const isHere = isLoopback(host.includes(':') ? `[${host}]` : host)
  if (encryption === 'none' && !isHere && settings.danger_plaintext !== true) {
    throw new StartError(
      'The mail gateway must be reached by starttls or tls, or its settings must say danger_plaintext: codes would cross the network readable',
    )
  }
  const auth = credentialsOf(settings)
  return {
    host,
    port,
    secure: encryption === 'tls',
    requireTLS: encryption === 'starttls',
    ignoreTLS: encryption === 'none',
    ...(auth !== undefined && { auth }),
  }
}

function credentialsOf({ user, password }: SmtpSettings): { user: string; pass: string } | undefined {
  if (user === undefined && password === undefined) return undefined
  if (user === undefined || password === undefined) {
    throw new StartError('The mail gateway has a user without a password, or the other way round')
  }
  return { user, pass: password }
}

/** @throws {StartError} */
export function parseMailbox(from: string): Mailbox {
  const bracketed = /^(?:"(?<quoted>[^"<>]*)"|(?<bare>[^"<>]*?))\s*<(?<inner>[^<>]*)>$/.exec(from.trim())
  const { quoted, bare, inner } = bracketed?.groups ?? {}
  const address = inner ?? from.trim()
  if (/\p{Cc}/u.test(from) || !isPlainEmail(address)) {
    throw new StartError(
      'The mail gateway needs a from address: no-reply@example.com or Example <no-reply@example.com>',
    )
  }
  return { name: quoted ?? bare ?? '', address }
}

/**
 * True when no mail program can read anything but one address into it: no quotes, comments, lists,
 * groups, routes or domain literals, and no characters outside ASCII.
 */
export function isPlainEmail(address: string): boolean {
  return PLAIN_EMAIL.test(address)
}

const PLAIN_EMAIL = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@[a-z\d-]+(?:\.[a-z\d-]+)*$/i
