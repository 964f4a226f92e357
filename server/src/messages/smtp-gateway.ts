import type { Readable } from 'node:stream'
import type { NodemailerError, SendMailOptions, SMTPPoolSentMessageInfo, Transporter } from 'nodemailer'
import { checkSmtp } from './check-smtp.ts'
import {
  failed,
  MAX_IN_FLIGHT,
  SEND_TIMEOUT_MS,
  SENT,
  unknown,
  type Message,
  type Gateway,
  type SendOutcome,
} from './message.ts'
import { isPlainEmail, parseMailbox, smtpServerOf, type SmtpSettings } from './smtp-settings.ts'
import { renderEmail } from './templates.ts'

type Mailer = Transporter<SMTPPoolSentMessageInfo>

/** More would meet the limits of common mail services before it makes anything faster. */
const MAX_CONNECTIONS = 5

/** Short enough that, where a mail server does not answer at all, there is time left to ask another one. */
const CONNECT_TIMEOUT_MS = 2_000

/**
 * Hands email to a mail server over a few connections that are kept and used again.
 *
 * Failed is what the server refused, and what broke before the first byte of the message was given
 * to the connection. From then on a broken or slow connection is unknown: the server may have the
 * message although its answer was lost.
 *
 * @param timeoutMs milliseconds for one message, connecting included
 * @throws {StartError} for settings that cannot be meant
 */
export function openSmtpGateway(settings: SmtpSettings, timeoutMs = SEND_TIMEOUT_MS): Gateway {
  const from = parseMailbox(settings.from)
  const server = smtpServerOf(settings)
  const handovers = new WeakMap<AbortSignal, Handover>()
  let mailer: Promise<Mailer> | undefined
  const underWay = new Set<Promise<SendOutcome>>()
  let isClosed = false

  async function open(): Promise<Mailer> {
    // The library is large, and many installations never send an email.
    const { createTransport } = await import('nodemailer')
    const opened = createTransport({
      ...server,
      pool: true,
      maxConnections: MAX_CONNECTIONS,
      // Only a message of which nothing was given away yet is tried again, when a kept connection turns out dead.
      maxRequeues: 1,
      disableFileAccess: true,
      disableUrlAccess: true,
      connectionTimeout: CONNECT_TIMEOUT_MS,
      ...(settings.certificate_authority !== undefined && { tls: { ca: settings.certificate_authority } }),
    })
    return opened.use('stream', (mail, done) => {
      const handover = mail.data.signal && handovers.get(mail.data.signal)
      mail.message.processFunc((body) => handover?.add(body) ?? body)
      done()
    })
  }

  async function deliver(message: Message): Promise<SendOutcome> {
    const handover = new Handover()
    const signal = AbortSignal.timeout(timeoutMs)
    handovers.set(signal, handover)
    const mail = { ...mailOf(message, from), signal }
    const transporter = await (mailer ??= open())
    try {
      await transporter.sendMail(mail)
      return SENT
    } catch (error) {
      const { isRefusal, because } = describe(error)
      return isRefusal || !handover.hasBegun ? failed(because) : unknown(because)
    }
  }

  return {
    name: 'smtp',
    channel: 'email',
    check: () => checkSmtp(server, settings),
    async send(message) {
      if (isClosed) return failed('closed')
      if (!isPlainEmail(message.to.value)) return failed('address that mail programs read differently')
      if (underWay.size >= MAX_IN_FLIGHT) return failed('too many in flight')
      const delivery = deliver(message).finally(() => underWay.delete(delivery))
      underWay.add(delivery)
      return delivery
    },
    async close() {
      isClosed = true
      await Promise.allSettled(underWay)
      const opened = await mailer
      opened?.close()
    },
  }
}

/** Watches the streams that connections read a message from: one, or two when a dead connection was met first. */
class Handover {
  readonly #bodies: Readable[] = []

  add(body: Readable): Readable {
    this.#bodies.push(body)
    return body
  }

  /** True once a byte of the message may have left. Connections read nothing before the server's go-ahead. */
  get hasBegun(): boolean {
    return this.#bodies.some((body) => body.readableDidRead)
  }
}

/**
 * Addresses go in as objects and the envelope is stated: a string would be parsed, and a comma or a
 * comment in it would add recipients.
 */
function mailOf(message: Message, from: { name: string; address: string }): SendMailOptions {
  const to = { name: '', address: message.to.value }
  return {
    from,
    to,
    envelope: { from: from.address, to: [to.address] },
    ...renderEmail(message),
    messageId: `<${message.id}@${from.address.slice(from.address.lastIndexOf('@') + 1)}>`,
    date: new Date(message.sentAt),
    headers: { 'Auto-Submitted': 'auto-generated' },
    xMailer: false,
  }
}

/** What may be logged of an error. Its texts may not: a server's answer repeats addresses, and worse. */
function describe(error: unknown): { isRefusal: boolean; because: string } {
  if (!(error instanceof Error)) return { isRefusal: false, because: 'not an error' }
  const { code, command, response = '', responseCode = 0, originalCode }: NodemailerError = error
  const status = /^\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3}\b)?/.exec(response)?.[0]
  const because = [
    code === 'EABORT' ? 'timeout' : (code ?? error.name),
    originalCode,
    status,
    command !== undefined && `at ${command}`,
  ]
  return {
    // The server's own "no" is certain even after the last byte (RFC 5321, 4.2.5 and 6.1).
    isRefusal: code === 'EMESSAGE' && responseCode >= 400,
    because: because.filter(Boolean).join(' '),
  }
}
