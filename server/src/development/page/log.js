import { copyButton, el, fill } from './dom.js'
import { curlCommand } from './curl.js'
import { headersView, jsonView } from './json-view.js'
import { textOf } from './json.js'

/**
 * @typedef {import('./api.js').Exchange} Exchange
 * @typedef {import('./texts.js').Texts} Texts
 */

/** @typedef {{ item: HTMLLIElement, madeFrom: string }} Shown */

const KEPT = 60

/** Calls beside the story: they stay folded until somebody asks. */
const minor = new Set(['wxLogin', 'wxPhone', 'keys', 'lookAgain', 'ownMobile', 'factors'])

/**
 * The requests and their replies, newest first. The newest of the story is unfolded; whatever the
 * person folded or unfolded stays so.
 *
 * @param {{ root: HTMLElement, texts: () => Texts, example: () => string }} deps `example`: a command to begin with
 */
export function createLog({ root, texts, example }) {
  /** @type {Exchange[]} */
  let exchanges = []
  /** What the person chose, by exchange. @type {Map<number, boolean>} */
  const chosen = new Map()
  /** What stands on the page, by exchange, and what it was made from. @type {Map<number, Shown>} */
  const shown = new Map()
  const list = el('ol', { class: 'log' })

  function render() {
    if (exchanges.length === 0) return fill(root, ...nothingYet())
    if (list.parentElement !== root) fill(root, list)
    exchanges.forEach((exchange, index) => {
      const item = current(exchange)
      const there = list.children[index]
      if (there !== item) list.insertBefore(item, there ?? null)
    })
    while (list.children.length > exchanges.length) list.lastElementChild?.remove()
  }

  function nothingYet() {
    const say = texts()
    return [
      el('p', { class: 'empty' }, say.logEmpty),
      el(
        'div',
        { class: 'example' },
        el(
          'div',
          { class: 'side-head' },
          el('h3', {}, say.logExample),
          copyButton(say.copyCurl, say.copied, example),
        ),
        el('pre', { class: 'whole' }, example()),
      ),
    ]
  }

  /**
   * The entry as it is, so that what the person decoded in it stays decoded, unless something about it changed.
   *
   * @param {Exchange} exchange
   */
  function current(exchange) {
    const madeFrom = `${isOpen(exchange)} ${exchange.reply !== undefined} ${texts().title}`
    const known = shown.get(exchange.id)
    if (known?.madeFrom === madeFrom) return known.item

    const item = known?.item ?? el('li')
    item.className = isOpen(exchange) ? 'open' : ''
    fill(item, ...entry(exchange))
    shown.set(exchange.id, { item, madeFrom })
    return item
  }

  /** @param {Exchange} exchange */
  function isOpen(exchange) {
    const newest = exchanges.find((each) => !minor.has(each.name))
    return chosen.get(exchange.id) ?? exchange === newest
  }

  /** @param {Exchange} exchange */
  function entry(exchange) {
    const open = isOpen(exchange)
    const details = `exchange-${exchange.id}-details`
    const toggle = el(
      'button',
      {
        type: 'button',
        class: 'log-row',
        id: `exchange-${exchange.id}`,
        'aria-expanded': String(open),
        'aria-controls': open && details,
        click: () => {
          chosen.set(exchange.id, !open)
          render()
        },
      },
      el('span', { class: `method ${exchange.method.toLowerCase()}` }, exchange.method),
      el('span', { class: 'path' }, ...breakable(exchange.path)),
      outcome(exchange),
    )
    return [toggle, open && unfolded(exchange, details)]
  }

  /** @param {Exchange} exchange */
  function outcome({ reply, startedAt }) {
    const at = new Date(startedAt).toLocaleTimeString('en-GB')
    if (reply === undefined)
      return el('span', { class: 'outcome' }, el('span', { class: 'time' }, texts().waiting))
    const word = textOf(reply.json, 'status') || shortCode(textOf(reply.json, 'error_code'))
    return el(
      'span',
      { class: 'outcome' },
      word !== '' && el('span', { class: `word ${toneOf(reply)}` }, word),
      el(
        'span',
        { class: `status ${toneOf(reply)}` },
        reply.status === 0 ? texts().unanswered : String(reply.status),
      ),
      el('span', { class: 'time' }, `${Math.max(1, Math.round(reply.durationMs))} ms`),
      el('time', { class: 'time clock' }, at),
    )
  }

  /**
   * @param {Exchange} exchange
   * @param {string} id
   */
  function unfolded(exchange, id) {
    const { reply } = exchange
    const say = texts()
    return el(
      'div',
      // Who copies or decodes something in it is reading it.
      { class: 'exchange', id, click: () => chosen.set(exchange.id, true) },
      el('p', { class: 'purpose' }, say.calls[exchange.name]),
      el(
        'div',
        { class: 'sides' },
        side(
          say.request,
          copyButton(say.copyCurl, say.copied, () => curlCommand(exchange)),
          [
            headersView(exchange.headers, say),
            exchange.body !== undefined && jsonView(JSON.parse(exchange.body), say),
          ],
        ),
        reply !== undefined &&
          side(say.reply, reply.text !== '' && copyButton(say.copyReply, say.copied, () => reply.text), [
            headersOf(reply),
            replyBody(reply),
          ]),
      ),
    )
  }

  /** @param {import('./api.js').Reply} reply */
  function headersOf({ retryAfterSeconds, humanCheck }) {
    const headers = {
      ...(retryAfterSeconds !== undefined && { 'Retry-After': String(retryAfterSeconds) }),
      ...(humanCheck.length > 0 && { 'X-Human-Check': humanCheck.join(', ') }),
    }
    return Object.keys(headers).length > 0 && headersView(headers, texts())
  }

  /** @param {import('./api.js').Reply} reply */
  function replyBody(reply) {
    if (reply.status === 0) return el('p', { class: 'nothing' }, texts().noAnswer)
    if (reply.text === '') return el('p', { class: 'nothing' }, texts().emptyBody)
    return reply.json === undefined
      ? el('pre', { class: 'whole' }, reply.text)
      : jsonView(reply.json, texts())
  }

  return {
    render,

    /** @param {Exchange} exchange */
    report(exchange) {
      exchanges = [exchange, ...exchanges.filter((each) => each.id !== exchange.id)]
      exchanges = exchanges.toSorted((one, other) => other.id - one.id).slice(0, KEPT)
      render()
    },

    clear() {
      exchanges = []
      chosen.clear()
      shown.clear()
      list.replaceChildren()
      render()
    },
  }
}

/**
 * @param {string} title
 * @param {HTMLElement | false} action
 * @param {(HTMLElement | false)[]} content
 */
function side(title, action, content) {
  return el(
    'div',
    { class: 'side' },
    el('div', { class: 'side-head' }, el('h3', {}, title), action),
    ...content,
  )
}

/** @param {import('./api.js').Reply} reply */
function toneOf(reply) {
  if (!reply.ok) return 'bad'
  const status = textOf(reply.json, 'status')
  if (status === 'ACCESS_DENIED') return 'bad'
  return status === '' || status === 'SUCCESS' ? 'good' : 'open'
}

/**
 * The part of an error code that tells codes apart.
 *
 * @param {string} code
 */
function shortCode(code) {
  return code.replace(/^IDAAS\.SDK\./, '')
}

/**
 * A path that may wrap after a slash and nowhere else.
 *
 * @param {string} path
 */
function breakable(path) {
  return path.split(/(?<=\/)/).flatMap((part) => [part, el('wbr')])
}
