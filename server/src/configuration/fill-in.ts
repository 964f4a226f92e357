import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'

const MAX_SECRET_BYTES = 64 * 1024

/** What a file leaves open: variables of the environment, and files beside it. */
export interface Surroundings {
  variable(name: string): string | undefined
  /** Relative paths start here. */
  readonly directory: string
}

/** A text with everything filled in, or in words what stands against it. */
export type Filled = { readonly text: string } | { readonly says: string }

/** How a secret is given. */
export const NAME_THE_SECRET =
  'is a secret and must not stand in the file: write ${VARIABLE} and put it into that environment variable, or { file: PATH }'

/** Fills in each `${VARIABLE}`; `$${` stands for `${` itself. */
export function fillIn(text: string, surroundings: Surroundings): Filled {
  const complaints: string[] = []
  const filled = text.replace(/\$\$\{|\$\{([^}]*)(\}?)/g, (found, name?: string, end?: string) => {
    if (name === undefined) return '${'
    const value = end === '' ? { says: `holds ${found} without a }` } : valueOf(name, surroundings)
    if ('text' in value) return value.text
    complaints.push(value.says)
    return ''
  })
  return complaints[0] === undefined ? { text: filled } : { says: complaints[0] }
}

/** A secret is named and not written: the whole text is one `${VARIABLE}`. */
export function fillInSecret(text: string, surroundings: Surroundings): Filled {
  const name = /^\$\{([^}]*)\}$/.exec(text)?.[1]
  return name === undefined ? { says: NAME_THE_SECRET } : valueOf(name, surroundings)
}

function valueOf(name: string, { variable }: Surroundings): Filled {
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    return { says: `holds \${${name}}, which names no environment variable: letters, digits and _ only` }
  }
  if (name.startsWith('LIGATURE_')) {
    return { says: `takes ${name}, but variables that begin with LIGATURE_ are settings of the process` }
  }
  const value = variable(name)
  if (value === undefined) return { says: `needs the environment variable ${name}, which is not set` }
  return value === '' ? { says: `needs the environment variable ${name}, which is empty` } : { text: value }
}

/** The content of a file that holds one secret. The line break that editors put at its end is no part of it. */
export function readSecretFile(path: string, { directory }: Surroundings): Filled {
  const file = resolve(directory, path)
  try {
    if (statSync(file).size > MAX_SECRET_BYTES) return { says: `names the file ${path}, which is too large` }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)).replace(/[\r\n]+$/, '')
    return text === '' ? { says: `names the file ${path}, which is empty` } : { text }
  } catch (error) {
    if (error instanceof TypeError) return { says: `names the file ${path}, which is not text in UTF-8` }
    if (!(error instanceof Error) || !('code' in error)) throw error
    return { says: `names the file ${path}, which cannot be read (${String(error.code)})` }
  }
}
