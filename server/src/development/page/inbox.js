import { sameAddress } from './demo.js'
import { copyButton, el, fill } from './dom.js'
import { numberOf, parseJson, textOf } from './json.js'

/**
 * @typedef {object} Message
 * @property {string} key tells it from the others
 * @property {string} channel `sms` or `email`
 * @property {string} to
 * @property {string} purpose
 * @property {string} code empty for a notice
 * @property {string} text
 * @property {number} sentAt milliseconds since the Unix epoch
 */

/** @typedef {import('./texts.js').Texts} Texts */

const POLL_MS = 2000
const RECONNECT_MS = 10_000
const SHOWN = 3

/**
 * What would have gone out by SMS or email. Live through an event stream; while that is down, asked for again and again.
 *
 * @param {{
 *   root: HTMLElement,
 *   live: HTMLElement,
 *   texts: () => Texts,
 *   canUse: (message: Message) => boolean,
 *   use: (message: Message) => void,
 *   arrived: () => void,
 * }} deps
 */
export function createInbox({ root, live, texts, canUse, use, arrived }) {
  /** @type {Message[]} */
  let messages = []
  /** @type {keyof Texts['inboxLive']} */
  let state = 'offline'
  let showsAll = false
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let polling

  function render() {
    live.textContent = texts().inboxLive[state]
    live.className = `live is-${state}`
    if (messages.length === 0) return fill(root, el('p', { class: 'empty' }, texts().inboxEmpty))
    const shown = showsAll ? messages : messages.slice(0, SHOWN)
    const hidden = messages.length - shown.length
    fill(
      root,
      el('ol', { class: 'messages' }, ...shown.map((message) => item(message))),
      hidden > 0 &&
        el('button', { type: 'button', class: 'quiet more', click: showAll }, texts().showMore(hidden)),
    )
  }

  function showAll() {
    showsAll = true
    render()
  }

  /** @param {Message} message */
  function item(message) {
    return el(
      'li',
      {},
      el('span', { class: 'message-code' }, message.code),
      el(
        'span',
        { class: 'message-about' },
        el('span', { class: 'message-to' }, message.to),
        el(
          'span',
          { class: 'message-why' },
          `${channelName(message)} · ${purposeName(message)} · ${timeOf(message)}`,
        ),
        el('span', { class: 'message-text' }, message.text),
      ),
      message.code !== '' && codeButton(message),
    )
  }

  /** @param {Message} message */
  function codeButton(message) {
    const say = texts()
    return canUse(message)
      ? el(
          'button',
          { type: 'button', class: 'small', 'data-use-code': message.code, click: () => use(message) },
          say.useThisCode,
        )
      : copyButton(say.copyCode, say.copied, () => message.code)
  }

  /** @param {Message} message */
  function channelName({ channel }) {
    return channel === 'email' ? texts().channels.email : texts().channels.sms
  }

  /** @param {Message} message */
  function purposeName({ purpose }) {
    const known = Object.entries(texts().purposes).find(([name]) => purpose.toUpperCase().startsWith(name))
    return known?.[1] ?? purpose
  }

  async function ask() {
    const reply = await fetch('/dev/inbox', { cache: 'no-store' }).catch(() => undefined)
    const json = reply?.ok ? parseJson(await reply.text()) : undefined
    if (Array.isArray(json)) receive(json.map(messageOf))
    if (polling !== undefined) state = Array.isArray(json) ? 'polling' : 'offline'
    render()
  }

  /** @param {Message[]} all newest first */
  function receive(all) {
    const isNew = all[0] !== undefined && all[0].key !== messages[0]?.key
    messages = all
    if (isNew) arrived()
  }

  function listen() {
    const events = new EventSource('/dev/inbox/events')
    events.onopen = () => {
      clearInterval(polling)
      polling = undefined
      state = 'live'
      // What came while nobody listened.
      void ask()
    }
    events.onmessage = (event) => {
      const message = messageOf(parseJson(String(event.data)))
      if (messages.some((each) => each.key === message.key)) return
      receive([message, ...messages])
      render()
    }
    events.onerror = () => {
      polling ??= setInterval(() => void ask(), POLL_MS)
      if (state === 'live') void ask()
      // The browser reconnects on its own, except to a server that answered something else.
      if (events.readyState === EventSource.CLOSED) setTimeout(listen, RECONNECT_MS)
    }
  }

  render()
  void ask()
  listen()
  return {
    render,
    newestTo: (/** @type {string} */ address) =>
      messages.find(({ to, code }) => code !== '' && sameAddress(to, address)),
  }
}

/** @typedef {ReturnType<typeof createInbox>} Inbox */

/**
 * @param {unknown} json
 * @returns {Message}
 */
function messageOf(json) {
  const sentAt = numberOf(json, 'sent_at') ?? 0
  return {
    key: [sentAt, textOf(json, 'to'), textOf(json, 'purpose'), textOf(json, 'code')].join(' '),
    channel: textOf(json, 'channel'),
    to: textOf(json, 'to'),
    purpose: textOf(json, 'purpose'),
    code: textOf(json, 'code'),
    text: textOf(json, 'text'),
    sentAt,
  }
}

/** @param {Message} message */
function timeOf({ sentAt }) {
  return new Date(sentAt).toLocaleTimeString('en-GB')
}
