import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { isMap } from 'yaml'
import { StartError } from '../platform/start-error.ts'
import { type Entry, entriesOf, readYaml, type YamlFile } from './document.ts'
import type { Surroundings } from './fill-in.ts'
import { didYouMean } from './nearest.ts'
import type { Place, Problem } from './problem.ts'
import { type ReadValue, readValue, SECOND_TIME } from './read-value.ts'
import type { Section } from './section.ts'

/** One object as the file has it. */
export interface ReadObject extends ReadValue {
  readonly name: string
  /** The name as it may be shown. */
  readonly shown: string
  /** Of its name in the file. */
  readonly place: Place
}

export interface ReadSection {
  readonly section: Section
  readonly objects: readonly ReadObject[]
}

/** A configuration file, read as far as that can be done without the database. */
export interface Configuration {
  /** As it was named on the command line. */
  readonly file: string
  /** Every section there is, also those that the file has not. */
  readonly sections: readonly Section[]
  readonly read: readonly ReadSection[]
  readonly problems: readonly Problem[]
}

const NOT_SECTIONS = 'the file must hold sections, such as "applications:"'

/**
 * Reads a configuration file with the secrets that it names.
 *
 * @param variable of the environment
 * @throws {StartError} when the file cannot be read at all; what is wrong in it is among the problems
 */
export async function readConfiguration(
  file: string,
  variable: Surroundings['variable'],
  sections: readonly Section[],
): Promise<Configuration> {
  const surroundings = { variable, directory: dirname(file) }
  const { file: yaml, problems } = readYaml(textOf(file))
  const found: Problem[] = [...problems]
  const read: ReadSection[] = []
  if (yaml?.root !== undefined) {
    for (const entry of entriesAt(yaml, yaml.root, yaml.root, found, NOT_SECTIONS)) {
      const section = sections.find(({ name }) => name === entry.name)
      const place = yaml.placeOf(entry.key)
      if (section === undefined) found.push({ place, says: unknownSection(entry, sections) })
      else if (read.some((each) => each.section === section)) {
        found.push({ place, says: `${section.name} ${SECOND_TIME}` })
      } else read.push({ section, objects: await readSection(yaml, surroundings, section, entry, found) })
    }
    const tooMuch = { place: { line: 1, column: 1 }, says: 'the file holds too much' }
    if (yaml.isExhausted()) return { file, sections, read: [], problems: [tooMuch] }
  }
  found.push(...read.flatMap(({ objects }) => objects.flatMap((object) => object.problems)))
  return { file, sections, read, problems: found }
}

function textOf(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file))
  } catch (error) {
    if (error instanceof TypeError) throw new StartError(`${file} is not text in UTF-8`)
    if (!(error instanceof Error) || !('syscall' in error)) throw error
    throw new StartError(`${file} cannot be read: ${error.message}`)
  }
}

function unknownSection({ name = '' }: Entry, sections: readonly Section[]): string {
  const names = sections.map((section) => section.name)
  return `${JSON.stringify(name)} is not a section${didYouMean(name, names)}`
}

/** The entries of a map; an empty one may be left without a value. */
function entriesAt(yaml: YamlFile, given: unknown, key: unknown, problems: Problem[], says: string): Entry[] {
  const node = yaml.resolve(given)
  if (isMap(node)) return entriesOf(node)
  if (node !== undefined) problems.push({ place: yaml.placeOf(given ?? key), says })
  return []
}

async function readSection(
  yaml: YamlFile,
  surroundings: Surroundings,
  section: Section,
  entry: Entry,
  problems: Problem[],
): Promise<ReadObject[]> {
  const place = yaml.placeOf(entry.key)
  if (section.form === 'fields') {
    const value = readValue(yaml, surroundings, section.schema, entry, section.noun)
    return [{ ...value, name: '', shown: section.noun, place }]
  }
  const objects = new Map<string, ReadObject>()
  const says = `${section.name} must be a group of names, each with what belongs to it`
  for (const each of entriesAt(yaml, entry.value, entry.key, problems, says)) {
    const at = yaml.placeOf(each.key)
    const parsed = await section.names.safeParseAsync(each.name)
    if (!parsed.success) {
      problems.push({ place: at, says: refusedName(section, each, parsed.error.issues[0]?.message) })
      continue
    }
    const name = parsed.data
    const shown = await section.show(name)
    if (objects.has(name)) {
      problems.push({ place: at, says: `${section.noun} ${shown} ${SECOND_TIME}` })
      continue
    }
    const value = readValue(yaml, surroundings, section.schema, each, `${section.noun} ${shown}`)
    objects.set(name, { ...value, name, shown, place: at })
  }
  return [...objects.values()]
}

function refusedName(section: Section, { name }: Entry, because = 'must be text'): string {
  const said = section.isPrivate || name === undefined ? '' : ` ${JSON.stringify(name)}`
  return `${section.noun}${said} ${because}`
}
