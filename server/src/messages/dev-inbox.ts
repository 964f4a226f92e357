import type { Channel } from '../users/index.ts'
import { type Gateway, isNotice, type Message, SENT } from './message.ts'
import { renderEmail, renderSms } from './templates.ts'

/** As `GET /dev/inbox` shows it. */
export interface InboxMessage {
  readonly channel: Channel
  /** The canonical form of the address, however it was typed. */
  readonly to: string
  readonly purpose: string
  /** Empty for a notice. */
  readonly code: string
  readonly text: string
  /** Milliseconds since the Unix epoch. */
  readonly sent_at: number
}

export interface DevInbox {
  /** One for each channel. */
  readonly gateways: readonly Gateway[]

  /**
   * The newest messages first, at most 200.
   *
   * @param to only those to this address, in any spelling: `13800138000`, `+8613800138000`,
   *   `+86-13800138000`, an email address in any case
   */
  list(to?: string): readonly InboxMessage[]

  /** Tells of every new message from now on. @returns ends it */
  onMessage(listener: (message: InboxMessage) => void): () => void
}

const CAPACITY = 200

/** Receives instead of a carrier while somebody develops. In memory only: nothing of it is left behind. */
export function openDevInbox(): DevInbox {
  const messages: InboxMessage[] = []
  const listeners = new Set<(message: InboxMessage) => void>()

  function receive(message: Message): void {
    const received = inboxMessage(message)
    // A notice of something that happened before a code was asked for does not push itself in front of it.
    const newer = messages.findIndex(({ sent_at: sentAt }) => sentAt <= received.sent_at)
    messages.splice(newer === -1 ? messages.length : newer, 0, received)
    messages.length = Math.min(messages.length, CAPACITY)
    for (const listener of listeners) listener(received)
  }

  const gatewayOf = (channel: Channel): Gateway => ({
    name: 'dev inbox',
    channel,
    send: async (message) => {
      receive(message)
      return SENT
    },
  })

  return {
    gateways: [gatewayOf('sms'), gatewayOf('email')],
    list: (to) => (to === undefined ? [...messages] : messages.filter((message) => isTo(message, to))),
    onMessage(listener) {
      // Wrapped, so that one function that listens twice also stops listening twice.
      const own = (message: InboxMessage) => listener(message)
      listeners.add(own)
      return () => listeners.delete(own)
    },
  }
}

function inboxMessage(message: Message): InboxMessage {
  const { channel, value } = message.to
  return {
    channel,
    to: value,
    purpose: message.purpose,
    code: isNotice(message) ? '' : message.verifyCode,
    text: channel === 'sms' ? renderSms(message) : renderEmail(message).text,
    sent_at: message.sentAt,
  }
}

/**
 * Reads digits only, so that a `+` which a query string turned into a space, a `-` or a leading `00`
 * makes no difference.
 */
function isTo({ channel, to }: { channel: Channel; to: string }, typed: string): boolean {
  if (channel === 'email') return to.toLowerCase() === typed.trim().toLowerCase()
  if (typed.includes('@')) return false
  const digits = typed.replace(/\D/g, '').replace(/^00/, '')
  const [countryCode = '', national = ''] = to.replace('+', '').split('-')
  return digits === national || digits === countryCode + national
}
