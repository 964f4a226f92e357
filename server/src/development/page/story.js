import { el, fill } from './dom.js'

/**
 * @typedef {import('./texts.js').Texts} Texts
 * @typedef {keyof Texts['storySteps']} Stage
 */

/**
 * Where the sign-in stands, told in three steps.
 *
 * @param {HTMLElement} root
 * @param {Texts} texts
 * @param {import('./state.js').State} state
 */
export function showStory(root, texts, state) {
  /** @type {Stage[]} */
  const stages = ['meet', 'prove', 'arrive']
  fill(
    root,
    ...stages.map((stage) => {
      const stands = standing(stage, state)
      const steps = state.isWithoutWeChat ? texts.storyWithoutWeChat : texts.storySteps
      const [title, text] = steps[stage]
      return el(
        'li',
        { class: stands, 'aria-current': stands === 'now' && 'step' },
        el(
          'span',
          { class: 'mark', 'aria-hidden': 'true' },
          stands === 'done' ? '' : String(stages.indexOf(stage) + 1),
        ),
        el(
          'span',
          { class: 'story-text' },
          el('strong', {}, title ?? ''),
          ' ',
          el('span', {}, instead(stage, state, texts) ?? text),
          el('span', { class: 'for-ears' }, ` (${texts.storyState[stands]})`),
        ),
      )
    }),
  )
}

/**
 * What is told of a stage that went another way than usual.
 *
 * @param {Stage} stage
 * @param {import('./state.js').State} state
 * @param {Texts} texts
 */
function instead(stage, { session }, texts) {
  if (stage === 'arrive' && session?.came.how === 'by-phone') return texts.byNumberAlone
  if (stage !== 'prove' || session?.came.how !== 'at-once') return undefined
  return session.came.why === 'group' ? texts.knownByGroup : texts.alreadyBound
}

/**
 * @param {Stage} stage
 * @param {import('./state.js').State} state
 * @returns {keyof Texts['storyState']}
 */
function standing(stage, { view, session }) {
  if (view === 'start') return stage === 'meet' ? 'now' : 'next'
  if (stage === 'meet') return 'done'
  if (view === 'pending') return stage === 'prove' ? 'now' : 'next'
  if (view === 'denied') return stage === 'prove' ? 'done' : 'now'
  return stage === 'prove' && session?.came.how === 'at-once' ? 'skipped' : 'done'
}
