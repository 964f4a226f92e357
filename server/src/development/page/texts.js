import { en } from './texts-en.js'
import { zh } from './texts-zh.js'

/** Everything the page says. Both languages have the same keys. */
export const texts = { en, zh }

/**
 * @typedef {typeof en} Texts
 * @typedef {keyof typeof texts} Language
 * @typedef {keyof Texts['calls']} CallName
 */
