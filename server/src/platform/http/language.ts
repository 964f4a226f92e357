import type { IncomingHttpHeaders } from 'node:http'
import type { Language } from '../refusal.ts'

/** The language of a reply: Chinese unless `X-L` asks for English (`en`, `en-US`, `en_US`). */
export function languageOf({ headers }: { readonly headers: IncomingHttpHeaders }): Language {
  const wanted = headers['x-l']
  return typeof wanted === 'string' && /^en(?![a-z])/i.test(wanted.trim()) ? 'en' : 'zh'
}
