import { el } from './dom.js'
import { action, refusal, sheet } from './parts.js'
import { canWork } from './proof-of-work.js'
import { movePiece, RIGHTMOST } from './slider.js'

/**
 * @typedef {import('./parts.js').Screen} Screen
 * @typedef {import('./human-check.js').Check} Check
 */

/**
 * What has to be done before the code is sent. The screen behind it is inert.
 *
 * @param {Screen} screen
 * @param {Check} check
 */
export function checkSheet(screen, check) {
  const { signIn, texts } = screen
  const { busy } = signIn.state
  const hasSlider = check.kinds.includes('slider')
  return sheet(
    () => signIn.check.close(),
    el('h2', { id: 'sheet-title' }, texts.check.title),
    el('p', { class: 'hint', id: 'sheet-why' }, hasSlider ? texts.check.slide : texts.check.work),
    refusal(screen, 'check'),
    hasSlider && slider(screen, check),
    el(
      'div',
      { class: 'sheet-buttons' },
      action('leave-check', texts.cancel, { kind: 'secondary', click: () => signIn.check.close() }),
      hasSlider
        ? action('tell-place', texts.check.done, {
            busy: busy === 'check',
            click: () => void signIn.check.tell(check),
          })
        : byMachine(screen, check, 'primary'),
    ),
    hasSlider &&
      el(
        'div',
        { class: 'screen-links' },
        link('another-picture', texts.check.another, () => void signIn.check.anotherPicture(check)),
        check.kinds.includes('proof_of_work') && canWork && byMachine(screen, check, 'link'),
      ),
  )
}

/** @param {Screen} screen @param {Check} check */
function slider({ signIn, texts }, check) {
  const shown = check.slider
  if (shown === undefined) return el('p', { class: 'hint' }, texts.check.loading)
  const input = el('input', {
    id: 'slider',
    class: 'slide',
    type: 'range',
    min: '0',
    max: String(RIGHTMOST),
    step: '1',
    value: String(check.x),
    'aria-label': texts.check.place,
    input: () => {
      check.x = Number(input.value)
      movePiece(shown, check.x)
    },
    keydown: (event) => {
      if (event instanceof KeyboardEvent && event.key === 'Enter') void signIn.check.tell(check)
    },
  })
  movePiece(shown, check.x)
  return el('div', { class: 'puzzle' }, el('div', { class: 'pictures' }, shown.picture, shown.piece), input)
}

/**
 * The way for whoever sees no picture, or cannot move a piece.
 *
 * @param {Screen} screen
 * @param {Check} check
 * @param {'primary' | 'link'} kind
 */
function byMachine({ signIn, texts }, check, kind) {
  const isBusy = signIn.state.busy === 'machine'
  const go = () => void signIn.check.letMachineWork(check)
  return kind === 'link'
    ? link('let-machine-work', isBusy ? texts.check.working : texts.check.byMachine, go)
    : action('let-machine-work', texts.check.start, { busy: isBusy, click: go })
}

/** @param {string} id @param {string} label @param {() => void} click */
function link(id, label, click) {
  return el('button', { type: 'button', class: 'link', id, click }, label)
}
