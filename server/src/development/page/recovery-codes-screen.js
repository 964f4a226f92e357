import { copyButton, el } from './dom.js'
import { action, heading } from './parts.js'

/**
 * Codes that are told once. They stand before everything else until the person says that he has kept them.
 *
 * @param {import('./parts.js').Screen} screen
 */
export function recoveryCodesScreen({ signIn, texts, render }) {
  const { state } = signIn
  const codes = state.recoveryCodes
  const say = texts.factors.codes
  return el(
    'div',
    { class: 'screen recovery-codes' },
    heading(say.title, say.text),
    el('ol', {}, ...codes.map((code) => el('li', {}, el('code', {}, code)))),
    el(
      'div',
      { class: 'row-of-buttons' },
      copyButton(say.copy, texts.copied, () => codes.join('\n')),
      el('button', { type: 'button', class: 'small', id: 'print', click: () => window.print() }, say.print),
    ),
    el('p', { class: 'hint' }, say.hint),
    el(
      'div',
      { class: 'screen-foot' },
      action('codes-kept', say.kept, {
        click: () => {
          state.recoveryCodes = []
          render()
        },
      }),
    ),
  )
}
