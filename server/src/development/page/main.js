import { createApi, remember, remembered } from './api.js'
import { curlCommand } from './curl.js'
import { firstRequest, sameAddress } from './demo.js'
import { byId } from './dom.js'
import { createInbox } from './inbox.js'
import { createLog } from './log.js'
import { createPhone } from './phone.js'
import { createSignIn } from './sign-in.js'
import { showStory } from './story.js'
import { texts } from './texts.js'

const LANGUAGE = 'ligature-dev-language'

/** @type {import('./texts.js').Language} */
let language = firstLanguage()
const say = () => texts[language]
const locale = () => (language === 'zh' ? 'zh-CN' : 'en-GB')

const log = createLog({
  root: byId('log'),
  texts: say,
  example: () => curlCommand(firstRequest(language)),
})
const api = createApi({ language: () => language, report: (exchange) => log.report(exchange) })
const signIn = createSignIn({ api, changed: () => showSignIn() })
const inbox = createInbox({
  root: byId('inbox'),
  live: byId('inbox-live'),
  texts: say,
  canUse: (message) => fitsTheStep(message),
  use: (message) => useCode(message),
  arrived: () => phone.arrived(),
})
const phone = createPhone({
  root: byId('phone'),
  title: byId('phone-title'),
  texts: say,
  locale,
  signIn,
  inbox,
})

byId('log-clear').addEventListener('click', () => log.clear())
for (const button of languageButtons()) {
  button.addEventListener('click', () => speak(button.dataset['language'] === 'zh' ? 'zh' : 'en'))
}
speak(language)

/** @param {import('./texts.js').Language} chosen */
function speak(chosen) {
  language = chosen
  remember(LANGUAGE, chosen)
  document.documentElement.lang = locale()
  document.title = say().title
  for (const button of languageButtons()) {
    button.setAttribute('aria-pressed', String(button.dataset['language'] === chosen))
  }
  for (const [key, text] of Object.entries(say())) {
    if (typeof text !== 'string') continue
    for (const element of document.querySelectorAll(`[data-text="${key}"]`)) element.textContent = text
    for (const element of document.querySelectorAll(`[data-label="${key}"]`))
      element.setAttribute('aria-label', text)
  }
  log.render()
  showSignIn()
}

function showSignIn() {
  showStory(byId('story'), say(), signIn.state)
  phone.render()
  inbox.render()
}

/** @param {import('./inbox.js').Message} message */
function fitsTheStep(message) {
  const step = signIn.current()
  const isProving = signIn.state.view === 'pending' || signIn.state.view === 'changing'
  if (!isProving || step?.kind === undefined) return false
  return sameAddress(signIn.state.address[step.kind], message.to)
}

/** @param {import('./inbox.js').Message} message */
function useCode(message) {
  signIn.state.verifyCode = message.code
  showSignIn()
  document.getElementById('confirm')?.focus()
}

/** @returns {import('./texts.js').Language} */
function firstLanguage() {
  const wanted = remembered(LANGUAGE) || navigator.language
  return wanted.startsWith('zh') ? 'zh' : 'en'
}

/** @returns {NodeListOf<HTMLElement>} */
function languageButtons() {
  return document.querySelectorAll('[data-language]')
}
