import { StartError } from '../platform/start-error.ts'
import { isLoopback } from './loopback.ts'

export interface SmtpGatewaySettings {
  /**
   * `smtp://user:password@host:587` (STARTTLS, port 587 when not given) or `smtps://…` (TLS from the
   * start, port 465). Credentials are percent-encoded and may be absent.
   */
  readonly url: string
  /** `no-reply@example.com` or `Example <no-reply@example.com>`. */
  readonly from: string
  /** PEM certificates to trust instead of the public ones, for a mail server with a private authority. */
  readonly certificateAuthority?: string
  /** Lets codes and the password cross the network unencrypted. Not needed for a server on this machine. */
  readonly dangerPlaintext?: boolean
}

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
  /** Only ever true on this machine and by `dangerPlaintext`. */
  readonly ignoreTLS: boolean
  readonly auth?: { readonly user: string; readonly pass: string }
}

/** @throws {StartError} without showing the URL, which may hold a password */
export function parseSmtpUrl({ url: text, dangerPlaintext }: SmtpGatewaySettings): SmtpServer {
  const url = URL.parse(text)
  if (url === null || !/^smtps?:$/.test(url.protocol) || url.hostname === '') {
    throw new StartError(
      'The mail gateway needs a url of the form smtp://user:password@host:587 or smtps://…',
    )
  }
  if (!/^\/?$/.test(url.pathname) || url.search !== '' || url.hash !== '') {
    throw new StartError(
      'The url of the mail gateway ends with host and port; a / ? # in the password must be percent-encoded',
    )
  }
  const secure = url.protocol === 'smtps:'
  const plaintext = !secure && (dangerPlaintext === true || isLoopback(url.hostname))
  const auth = credentialsOf(url)
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: !secure && !plaintext,
    ignoreTLS: plaintext,
    ...(auth !== undefined && { auth }),
  }
}

function credentialsOf(url: URL): { user: string; pass: string } | undefined {
  if (url.username === '' && url.password === '') return undefined
  if (url.username === '' || url.password === '') {
    throw new StartError('The url of the mail gateway has a user without a password, or the other way round')
  }
  try {
    return { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) }
  } catch {
    throw new StartError('A % in the user or password of the mail gateway must be written as %25')
  }
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
