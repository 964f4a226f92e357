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
 * @param {import('./sign-in.js').SignIn['state']} state
 */
export function showStory(root, texts, state) {
  /** @type {Stage[]} */
  const stages = ['meet', 'prove', 'arrive']
  fill(
    root,
    ...stages.map((stage) => {
      const stands = standing(stage, state)
      const [title, text] = texts.storySteps[stage]
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
          el('span', {}, stands === 'skipped' ? texts.alreadyBound : (text ?? '')),
          el('span', { class: 'for-ears' }, ` (${texts.storyState[stands]})`),
        ),
      )
    }),
  )
}

/**
 * @param {Stage} stage
 * @param {import('./sign-in.js').SignIn['state']} state
 * @returns {keyof Texts['storyState']}
 */
function standing(stage, { view, session }) {
  if (view === 'start') return stage === 'meet' ? 'now' : 'next'
  if (stage === 'meet') return 'done'
  if (view === 'pending') return stage === 'prove' ? 'now' : 'next'
  if (view === 'denied') return stage === 'prove' ? 'done' : 'now'
  return stage === 'prove' && session?.atOnce ? 'skipped' : 'done'
}
