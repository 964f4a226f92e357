import { globSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** Something that must not stand readable where it is looked for. */
export interface Secret {
  readonly name: string
  readonly value: string | Buffer
}

/** Long values are looked for in pieces, because a database splits long rows over pages. */
const PIECE = 32

/**
 * Every place where a file of the directory shows one of the secrets, as `ligature.db shows the code as hex`.
 *
 * @param passOver names of files that may
 * @param strip what is taken out of the bytes before the search
 */
export function tracesIn(
  directory: string,
  secrets: readonly Secret[],
  passOver: readonly string[] = [],
  strip: (bytes: string) => string = (bytes) => bytes,
): string[] {
  return readdirSync(directory)
    .filter((name) => !passOver.includes(name))
    .flatMap((name) =>
      traces(strip(readFileSync(join(directory, name), 'latin1')), secrets).map(
        (trace) => `${name} ${trace}`,
      ),
    )
}

/** Room that nothing was written to. */
const EMPTY = '\0'.repeat(32)

/**
 * The same for a directory and all below it, with what is empty in its files left out.
 *
 * @param isMeant whether a file, by its path below the directory, is looked into
 */
export function tracesBelow(
  directory: string,
  secrets: readonly Secret[],
  isMeant: (path: string) => boolean,
): string[] {
  return globSync('**', { cwd: directory, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter(isMeant)
    .flatMap((path) => {
      const bytes = readFileSync(join(directory, path), 'latin1').replaceAll(EMPTY, '')
      return traces(bytes, secrets).map((trace) => `${path} ${trace}`)
    })
}

/** @param bytes a character for each */
export function traces(bytes: string, secrets: readonly Secret[]): string[] {
  const caseless = bytes.toLowerCase()
  return secrets.flatMap(({ name, value }) =>
    piecesOf(Buffer.from(value))
      .flatMap(spellingsOf)
      .filter(({ text, anyCase }) => (anyCase ? caseless.includes(text.toLowerCase()) : bytes.includes(text)))
      .map(({ as }) => `shows ${name} as ${as}`),
  )
}

interface Spelling {
  readonly as: string
  readonly text: string
  readonly anyCase: boolean
}

function piecesOf(value: Buffer): Buffer[] {
  const count = Math.max(1, Math.floor(value.length / PIECE))
  return Array.from({ length: count }, (_, index) =>
    count === 1 ? value : value.subarray(index * PIECE, (index + 1) * PIECE),
  )
}

function spellingsOf(value: Buffer): Spelling[] {
  const utf16 = Buffer.from(value.toString(), 'utf16le')
  const plain = value.toString('latin1')
  const inPercents = [...value].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
  return [
    ...[inPercents, encodeURIComponent(value.toString())]
      .filter((text) => text !== plain)
      .map((text) => ({ as: 'percent-encoded', text, anyCase: true })),
    { as: 'itself', text: plain, anyCase: value.length < PIECE },
    { as: 'UTF-16', text: utf16.toString('latin1'), anyCase: false },
    { as: 'hex', text: value.toString('hex'), anyCase: true },
    ...(['base64', 'base64url'] as const).flatMap((encoding) =>
      [0, 1, 2].map((offset) => ({ as: encoding, text: within(value, encoding, offset), anyCase: false })),
    ),
  ]
}

/** How a value reads inside a longer text that was encoded as a whole: without what its neighbours change. */
function within(value: Buffer, encoding: 'base64' | 'base64url', offset: number): string {
  const encoded = Buffer.concat([Buffer.alloc(offset), value]).toString(encoding)
  const firstWhole = Math.ceil((offset * 8) / 6)
  const lastWhole = Math.floor(((offset + value.length) * 8) / 6)
  return encoded.slice(firstWhole, lastWhole)
}
