import { isMap, isScalar, isSeq, type YAMLMap } from 'yaml'
import type { z } from 'zod'
import { entriesOf, scalarAt, type YamlFile } from './document.ts'
import {
  type Filled,
  fillIn,
  fillInSecret,
  NAME_THE_SECRET,
  readSecretFile,
  type Surroundings,
} from './fill-in.ts'
import { type Form, formOf, innerOf, isNullable, type Look } from './form.ts'
import { sectionNamedBy } from './name-of.ts'
import { didYouMean, oneOf } from './nearest.ts'
import type { Place, Problem } from './problem.ts'

/** Of a key that is there already. */
export const SECOND_TIME = 'stands here a second time; keep one of them'

export type Path = readonly PropertyKey[]

/** One object of the file as plain data, with where each part of it stands. */
export interface ReadValue {
  /** With variables filled in and secrets in clear; what had a problem is left out. */
  readonly value: unknown
  placeOf(path: Path): Place | undefined
  readonly problems: readonly Problem[]
  /** Whether a problem with this part, or with something in it, has been told. */
  isTold(path: Path): boolean
  /** Names of objects of other sections. */
  readonly mentions: readonly { readonly section: string; readonly name: string; readonly place: Place }[]
}

interface Reading {
  readonly file: YamlFile
  readonly surroundings: Surroundings
  /** What the whole is called in a sentence. */
  readonly subject: string
  readonly places: Map<string, Place>
  readonly told: Path[]
  readonly problems: Problem[]
  readonly mentions: ReadValue['mentions'][number][]
}

/**
 * Reads a node by a schema, as far as the schema says what stands where: unknown keys, secrets, variables and
 * names are looked at here, the values themselves by the schema later.
 *
 * @param entry of the map that holds it
 * @param subject what it is called in a sentence, for example `connection shop`
 */
export function readValue(
  file: YamlFile,
  surroundings: Surroundings,
  schema: z.ZodType,
  entry: { readonly key: unknown; readonly value: unknown },
  subject: string,
): ReadValue {
  const reading: Reading = {
    file,
    surroundings,
    subject,
    places: new Map(),
    told: [],
    problems: [],
    mentions: [],
  }
  const value = readNode(reading, schema, entry.value, [], entry.key)
  return {
    value,
    placeOf: (path) => reading.places.get(keyOf(path)),
    problems: reading.problems,
    isTold: (path) => reading.told.some((told) => isWithin(told, path) || isWithin(path, told)),
    mentions: reading.mentions,
  }
}

function keyOf(path: Path): string {
  return path.map(String).join('\n')
}

function isWithin(outer: Path, inner: Path): boolean {
  return outer.every((step, index) => String(step) === String(inner[index]))
}

function tell(reading: Reading, path: Path, place: Place, says: string): undefined {
  reading.told.push(path)
  reading.problems.push({ place, says: `${subjectOf(path, reading.subject)} ${says}` })
}

/** What a part is called in a sentence: the last key on the way to it. */
export function subjectOf(path: Path, whole: string): string {
  return path.findLast((step) => typeof step === 'string') ?? whole
}

/** @param key what it stands behind; where nothing stands, the key says where */
function readNode(reading: Reading, schema: z.ZodType, given: unknown, path: Path, key: unknown): unknown {
  const node = reading.file.resolve(given)
  const place = reading.file.placeOf(node === undefined ? key : given)
  reading.places.set(keyOf(path), place)
  const form = formOf(schema, lookAtNode(node))
  if (node === undefined) return isNullable(schema) ? null : readNothing(reading, form, path, place)
  if (isMap(node)) return readMap(reading, form, node, path)
  if (isSeq(node)) {
    if (form.kind === 'secret') return tell(reading, path, place, NAME_THE_SECRET)
    if (form.kind !== 'list') return []
    return node.items.map((item, index) => readNode(reading, form.element, item, [...path, index], item))
  }
  if (!isScalar(node)) return undefined
  const value = form.kind === 'secret' ? readSecret(reading, node.value, path, place) : node.value
  if (form.kind === 'secret' || typeof value !== 'string') return value
  const text = filledOrTold(reading, fillIn(value, reading.surroundings), path, place)
  const section = sectionNamed(schema)
  if (section !== undefined && text !== undefined) reading.mentions.push({ section, name: text, place })
  return text
}

function lookAtNode(node: unknown): Look {
  return {
    shape: isMap(node) ? 'map' : isSeq(node) ? 'list' : 'scalar',
    at: (key) => scalarAt(node, key),
  }
}

/** An object that is named and no more is there; a field without a value is a slip. */
function readNothing(reading: Reading, form: Form, path: Path, place: Place): unknown {
  if (path.length === 0 && form.kind === 'fields') return {}
  if (path.length === 0 && form.kind === 'choice') return tellChoice(reading, form, path, place, undefined)
  return tell(reading, path, place, 'has no value: write one, or leave the key out')
}

function readMap(reading: Reading, form: Form, map: YAMLMap, path: Path): unknown {
  switch (form.kind) {
    case 'fields':
    case 'record':
      return readEntries(reading, form, map, path)
    case 'choice': {
      const chosen = entriesOf(map).find(({ name }) => name === form.by)
      const place = reading.file.placeOf(chosen?.value ?? map)
      return tellChoice(reading, form, path, place, scalarAt(map, form.by))
    }
    case 'secret':
      return readSecretMap(reading, map, path)
    default:
      return {}
  }
}

function tellChoice(
  reading: Reading,
  { by, names }: Form & { readonly kind: 'choice' },
  path: Path,
  place: Place,
  given: unknown,
): undefined {
  const hint = typeof given === 'string' ? didYouMean(given, names) : ''
  const says = `${given === undefined ? 'is missing: it ' : ''}must be ${oneOf(names)}${hint}`
  return tell(reading, [...path, by], place, says)
}

function readEntries(
  reading: Reading,
  form: Form & { readonly kind: 'fields' | 'record' },
  map: YAMLMap,
  path: Path,
): unknown {
  const read = new Map<string, unknown>()
  for (const { key, name, value } of entriesOf(map)) {
    const place = reading.file.placeOf(key)
    if (name === undefined) {
      tell(reading, path, place, 'a key must be text')
      continue
    }
    const schema = form.kind === 'record' ? form.value : form.fields[name]
    if (schema === undefined || (form.kind === 'fields' && !Object.hasOwn(form.fields, name))) {
      const hint = form.kind === 'fields' ? didYouMean(name, Object.keys(form.fields)) : ''
      const says = `${JSON.stringify(name)} is not a key of ${subjectOf(path, reading.subject)}`
      reading.problems.push({ place, says: `${says}${hint}` })
      continue
    }
    if (read.has(name)) reading.problems.push({ place, says: `${JSON.stringify(name)} ${SECOND_TIME}` })
    else read.set(name, readNode(reading, schema, value, [...path, name], key))
  }
  return Object.fromEntries(read)
}

function readSecret(reading: Reading, value: unknown, path: Path, place: Place): string | undefined {
  const filled =
    typeof value === 'string' ? fillInSecret(value, reading.surroundings) : { says: NAME_THE_SECRET }
  return filledOrTold(reading, filled, path, place)
}

/** `{ file: PATH }` */
function readSecretMap(reading: Reading, map: YAMLMap, path: Path): string | undefined {
  const place = reading.file.placeOf(map)
  const [entry, ...others] = entriesOf(map)
  const given = scalarAt(map, 'file')
  if (entry?.name !== 'file' || others.length > 0 || typeof given !== 'string') {
    return tell(reading, path, place, NAME_THE_SECRET)
  }
  const filled = fillIn(given, reading.surroundings)
  const content = 'text' in filled ? readSecretFile(filled.text, reading.surroundings) : filled
  return filledOrTold(reading, content, path, reading.file.placeOf(entry.value))
}

function filledOrTold(reading: Reading, filled: Filled, path: Path, place: Place): string | undefined {
  return 'text' in filled ? filled.text : tell(reading, path, place, filled.says)
}

function sectionNamed(schema: z.ZodType): string | undefined {
  const inner = innerOf(schema)
  return sectionNamedBy(schema) ?? (inner && sectionNamed(inner))
}
