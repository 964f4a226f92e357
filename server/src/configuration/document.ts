import {
  type Document,
  type Alias,
  isAlias,
  isMap,
  isScalar,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml'
import type { Place, Problem } from './problem.ts'

/** More than any configuration has; what is bigger was made to be slow. */
const MAX_CHARACTERS = 1024 * 1024
const MAX_NODES = 50_000

/** A file that was read as YAML: its nodes, and where each stands. */
export interface YamlFile {
  /** `undefined` for an empty file. */
  readonly root: unknown
  placeOf(node: unknown): Place
  /** What an alias stands for; any other node itself. `undefined` for nothing, also behind a key. */
  resolve(node: unknown): unknown
  /** Whether more was asked for than a configuration has; what was asked for last came back as nothing. */
  isExhausted(): boolean
}

/**
 * Reads YAML: one document.
 *
 * @returns also what is wrong with it; without the file when nothing can be said of its content
 */
export function readYaml(text: string): { readonly file?: YamlFile; readonly problems: readonly Problem[] } {
  if (text.length > MAX_CHARACTERS) {
    return { problems: [{ place: { line: 1, column: 1 }, says: 'the file is too large: 1 MiB at most' }] }
  }
  const lineCounter = new LineCounter()
  const document = parseDocument(text, {
    lineCounter,
    prettyErrors: false,
    version: '1.2',
    // Looked for as a file is read: the complaint of the library would show the key, which may be an address.
    uniqueKeys: false,
  })
  const place = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset)
    return { line, column: col }
  }
  const problems = [...document.errors, ...document.warnings].map(({ code, message, pos: [from] }) => ({
    place: place(from),
    says: inWords(code, message),
  }))
  return document.errors.length === 0 ? { file: fileOf(document, place), problems } : { problems }
}

function inWords(code: string, message: string): string {
  switch (code) {
    case 'MULTIPLE_DOCS':
      return 'a second document begins here; the file may hold one only'
    case 'TAB_AS_INDENT':
      return 'this line is indented with a tab; YAML wants spaces'
    case 'TAG_RESOLVE_FAILED':
      return 'a value with a tag ("!…") means nothing here'
    default:
      // Without the text that it is about, which may be an address or a code.
      return `this is not YAML: ${message.split('\n')[0]?.replace(/: ".*$/, '')}`
  }
}

function fileOf(document: Document, place: (offset: number) => Place): YamlFile {
  const targets = targetsIn(document)
  let nodes = 0
  return {
    root: document.contents ?? undefined,
    placeOf(node) {
      const range = isRanged(node) ? node.range : undefined
      const written = isScalar(node) && typeof node.value !== 'string' ? node.source : undefined
      return { ...place(range?.[0] ?? 0), ...(written && { asWritten: written }) }
    },
    resolve(node) {
      // Aliases of aliases can stand for more than fits into any memory.
      nodes += 1
      if (nodes > MAX_NODES) return undefined
      const target: unknown = isAlias(node) ? targets.get(node) : node
      return isScalar(target) && target.value === null ? undefined : (target ?? undefined)
    },
    isExhausted: () => nodes > MAX_NODES,
  }
}

/** What each alias stands for: the last node before it that has its anchor. */
function targetsIn(document: Document): ReadonlyMap<Alias, unknown> {
  const anchored = new Map<string, unknown>()
  const targets = new Map<Alias, unknown>()
  visit(document, {
    Alias: (_key, alias) => void targets.set(alias, anchored.get(alias.source)),
    Value: (_key, node) => void (node.anchor !== undefined && anchored.set(node.anchor, node)),
  })
  return targets
}

function isRanged(node: unknown): node is { readonly range: readonly [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
}

/** A key with what it stands for. */
export interface Entry {
  readonly key: unknown
  /** As it is written, so that digits stay digits. `undefined` for a key that is no text. */
  readonly name: string | undefined
  readonly value: unknown
}

export function entriesOf(map: YAMLMap): Entry[] {
  return map.items.map(({ key, value }: Pair) => ({ key, name: textOf(key), value }))
}

function textOf(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined
  return typeof key.value === 'string' ? key.value : key.source
}

/** The text behind a key of a map, for a look ahead. */
export function scalarAt(node: unknown, key: string): unknown {
  if (!isMap(node)) return undefined
  const value = entriesOf(node).find((entry) => entry.name === key)?.value
  return isScalar(value) ? value.value : undefined
}
