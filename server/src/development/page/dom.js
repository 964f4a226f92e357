/**
 * @typedef {string | Node | undefined | false} Child
 * @typedef {Record<string, string | boolean | undefined | ((event: Event) => void)>} Attributes
 */

/**
 * Builds an element. A function is a listener for the event of that name, `true` an empty attribute;
 * text only ever becomes a text node, so what a server answers is never markup.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {Child[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value)
    else if (value === true) element.setAttribute(name, '')
    else if (typeof value === 'string') element.setAttribute(name, value)
  }
  append(element, children)
  return element
}

/**
 * Replaces what an element holds. The focus stays on the control with the same id, when there still is one.
 *
 * @param {HTMLElement} parent
 * @param {Child[]} children
 */
export function fill(parent, ...children) {
  const focused = document.activeElement
  const focusedId = focused !== null && parent.contains(focused) ? focused.id : ''
  parent.replaceChildren()
  append(parent, children)
  if (focusedId !== '') document.getElementById(focusedId)?.focus()
}

/**
 * The element of index.html with this id.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`index.html has no #${id}`)
  return element
}

/**
 * Tells a screen reader, politely.
 *
 * @param {string} text
 */
export function announce(text) {
  byId('announcements').textContent = text
}

/**
 * A button that copies, and says for a moment that it did.
 *
 * @param {string} label
 * @param {string} done what it says afterwards
 * @param {() => string} read the text to copy, taken when pressed
 */
export function copyButton(label, done, read) {
  const button = el('button', { type: 'button', class: 'small', click: () => void press() }, label)

  async function press() {
    await copy(read())
    button.textContent = done
    announce(done)
    setTimeout(() => (button.textContent = label), 1600)
  }
  return button
}

/**
 * Browsers have `navigator.clipboard` on https and on this machine's own addresses only; the page may
 * be open on a phone, over plain http.
 *
 * @param {string} text
 */
async function copy(text) {
  if (window.isSecureContext) {
    const copied = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    )
    if (copied) return
  }
  const area = el('textarea', { class: 'for-ears', readonly: true })
  const focused = document.activeElement
  area.value = text
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
  if (focused instanceof HTMLElement) focused.focus()
}

/**
 * @param {HTMLElement} parent
 * @param {Child[]} children
 */
function append(parent, children) {
  for (const child of children) if (child !== undefined && child !== false) parent.append(child)
}
