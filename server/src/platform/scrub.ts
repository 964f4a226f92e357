/**
 * What must not be read in a log, whoever wrote the text that holds it. The order counts where two begin at the
 * same place: our own ids stay, and an address is found whole before its digits are.
 */
const shapes = {
  id: String.raw`\b\d{17}-[0-9A-F]{4}-[0-9A-F]{9}\b`,
  url: String.raw`\b(?!file:)[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>]+`,
  credentials: String.raw`\b(?:bearer|basic)\s+[^\s"',;]+`,
  named: String.raw`\b[\w-]{0,30}(?:secret|password|passwd|token|code|key|authorization|cookie|signature)["']?\s*[=:]\s*["']?(?:(?:bearer|basic)\s+)?[^\s"'&,;}]+`,
  email: String.raw`[^\s@"'<>()[\],;:=]{1,64}(?:@|%40)[^\s@"'<>()[\],;:]+`,
  bytes: String.raw`<Buffer[^>]*>`,
  jwt: String.raw`\beyJ[\w-]+(?:\.[\w-]*)*`,
  quoted: String.raw`"[^"]*"`,
  token: String.raw`[A-Za-z0-9+/_=%-]{20,}`,
  digits: String.raw`\p{Nd}(?:[ -]?\p{Nd}){5,}`,
} as const

type Shape = keyof typeof shapes

const pattern = new RegExp(
  Object.entries(shapes)
    .map(([shape, source]) => `(?<${shape}>${source})`)
    .join('|'),
  'giu',
)

/** More is cut before the search, so that an endless text costs nothing. */
const MAX_SEARCHED = 8_000
const MAX_KEPT = 500

/**
 * Takes addresses, codes, tokens, keys, URLs beyond their host, and quoted values out of a text that somebody
 * else wrote, such as a library's error. What is left tells what happened, not to whom.
 */
export function scrub(text: string): string {
  // The last word of a text that is cut may be half a secret, which has no shape to be known by.
  const searched = text.length > MAX_SEARCHED ? text.slice(0, MAX_SEARCHED).replace(/\S*$/, '…') : text
  const scrubbed = searched.replace(pattern, (found, ...rest: unknown[]) => {
    const shape = shapeOf(rest.at(-1))
    return shape === undefined ? '[…]' : replacements[shape](found)
  })
  return scrubbed.length > MAX_KEPT ? `${scrubbed.slice(0, MAX_KEPT)}…` : scrubbed
}

const replacements: Readonly<Record<Shape, (found: string) => string>> = {
  id: (found) => found,
  url: hostOf,
  credentials: () => '[credentials]',
  named: (found) => `${/^[\w-]+/.exec(found)?.[0] ?? ''}=[secret]`,
  email: () => '[email]',
  bytes: () => '[bytes]',
  jwt: () => '[token]',
  // The name of a column or a constraint, and no value.
  quoted: (found) => (/^"[a-z_]*"$/.test(found) ? found : '"[text]"'),
  // No random text of this length is without capitals and digits; a path or a file name may be.
  token: (found) => (/^[a-z_/-]+$/.test(found) ? found : '[token]'),
  digits: () => '[digits]',
}

/** `https://user:password@host:8443/path?query` becomes `https://host:8443/…`. */
function hostOf(url: string): string {
  const [scheme = '', rest = ''] = url.split(/:\/\/(.*)/s)
  // A password that was not encoded may hold anything that ends a host, and an address has the same sign.
  return `${scheme}://${rest.slice(rest.lastIndexOf('@') + 1).replace(/[/?#].*$/s, '')}/…`
}

function shapeOf(groups: unknown): Shape | undefined {
  if (typeof groups !== 'object' || groups === null) return undefined
  const found = Object.entries(groups).find(([, value]) => value !== undefined)?.[0]
  return (Object.keys(shapes) as Shape[]).find((shape) => shape === found)
}
