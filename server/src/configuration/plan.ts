import { differences } from './difference.ts'
import { isPlainObject, valueAt } from './form.ts'
import { canonical, merge } from './merge.ts'
import type { Problem } from './problem.ts'
import type { Configuration, ReadObject, ReadSection } from './read-configuration.ts'
import { subjectOf } from './read-value.ts'
import type { Section } from './section.ts'
import { isMissing, issuesIn, OUR_SENTENCE, sentenceOf } from './sentence.ts'

/** What is stored in each section that a file has, by name and in file form. */
export type Stored = ReadonlyMap<Section, ReadonlyMap<string, unknown>>

/** An object that will be written. */
export interface Write {
  readonly section: Section
  readonly name: string
  readonly shown: string
  /** As it is stored; `undefined` for a new one. */
  readonly before: unknown
  readonly after: unknown
  readonly rank: number
  /** Field by field; empty for a new one. */
  readonly details: readonly string[]
  readonly object: ReadObject | undefined
}

export interface Plan {
  readonly writes: readonly Write[]
  /** What the file does not name any more. Only for a file that is to be the whole of its sections. */
  readonly removals: readonly { readonly section: Section; readonly name: string }[]
  /** What somebody might expect to change, and does not. */
  readonly notes: readonly string[]
  readonly problems: readonly Problem[]
}

/**
 * Works out what a file changes. It looks at nothing but what it is given.
 *
 * @param isPruning removes what a section of the file does not name
 */
export function planChanges(configuration: Configuration, stored: Stored, isPruning: boolean): Plan {
  const plans = configuration.read.map((read) => planSection(read, storedIn(read.section, stored), isPruning))
  return {
    writes: plans.flatMap((plan) => plan.writes),
    // What refers to others goes before them.
    removals: plans.toReversed().flatMap((plan) => plan.removals),
    notes: plans.flatMap((plan) => plan.notes),
    problems: [
      ...configuration.problems,
      ...plans.flatMap((plan) => plan.problems),
      ...danglingNames(configuration, stored, isPruning),
    ],
  }
}

/** Fields that nobody has set are there all the same. */
function storedIn(section: Section, stored: Stored): ReadonlyMap<string, unknown> {
  const objects = stored.get(section) ?? new Map<string, unknown>()
  return section.form === 'fields' && objects.size === 0 ? new Map([['', {}]]) : objects
}

function planSection(
  { section, objects }: ReadSection,
  stored: ReadonlyMap<string, unknown>,
  isPruning: boolean,
): Plan {
  const wanted = objects.map((object) => wantedOf(section, object, stored, isPruning))
  const problems = wanted.flatMap((each) => each.problems)
  const named = new Set(objects.map(({ name }) => name))
  const others = [...stored.keys()].filter((name) => !named.has(name))
  const isRemoving = isPruning && section.form === 'objects'
  const kept = isRemoving ? [] : others
  const all = new Map([
    ...wanted.map(({ object, after }) => [object.name, after] as const),
    ...kept.map((name) => [name, stored.get(name)] as const),
  ])
  return {
    writes: [...all].flatMap(([name, after], rank) => {
      const object = objects.find((each) => each.name === name)
      return writeOf(section, { name, after, rank, object }, stored)
    }),
    removals: isRemoving ? others.map((name) => ({ section, name })) : [],
    notes: wanted.flatMap(({ object, after }) => notesOf(section, object, after)),
    problems: problems.length > 0 ? problems : objectionsTo(section, all, objects),
  }
}

/** An object as it should be, in its one spelling. */
function wantedOf(
  section: Section,
  object: ReadObject,
  stored: ReadonlyMap<string, unknown>,
  isPruning: boolean,
): { readonly object: ReadObject; readonly after: unknown; readonly problems: readonly Problem[] } {
  const isWhole = isPruning && section.form === 'fields'
  const fields = isWhole ? object.value : merge(section.schema, stored.get(object.name), object.value)
  const parsed = section.schema.safeParse(fields, { error: () => OUR_SENTENCE })
  if (parsed.success) return { object, after: canonical(section.schema, fields), problems: [] }

  const problems = issuesIn(parsed.error)
    .filter(({ path }) => !object.isTold(path))
    .map((issue) => {
      const place = nearestPlace(object, issue.path)
      const whole = `${section.noun} ${object.shown}`
      if (isMissing(fields, issue.path)) {
        return {
          place,
          says: `${subjectOf(issue.path.slice(0, -1), whole)} needs "${String(issue.path.at(-1))}"`,
        }
      }
      const asWritten = section.isPrivate ? undefined : place.asWritten
      const sentence = sentenceOf(issue, section.schema, fields, asWritten)
      return { place, says: said(subjectOf(issue.path, whole), sentence) }
    })
  return { object, after: fields, problems }
}

/** What a schema says in a whole sentence of its own stands behind a colon. */
function said(subject: string, sentence: string): string {
  return /^\p{Lu}/u.test(sentence) ? `${subject}: ${sentence}` : `${subject} ${sentence}`
}

function nearestPlace(object: ReadObject, path: readonly PropertyKey[]): Problem['place'] {
  if (path.length === 0)
    return (isPlainObject(object.value) ? undefined : object.placeOf(path)) ?? object.place
  return object.placeOf(path) ?? (path.length === 1 ? object.place : nearestPlace(object, path.slice(0, -1)))
}

function writeOf(
  section: Section,
  wanted: Pick<Write, 'name' | 'after' | 'rank' | 'object'>,
  stored: ReadonlyMap<string, unknown>,
): Write[] {
  const before = stored.get(wanted.name)
  const write = { ...wanted, section, shown: wanted.object?.shown ?? wanted.name, before }
  if (before === undefined) return [{ ...write, details: [] }]
  // What another version stored and the file does not name stays as it is, out of the order.
  if (wanted.object === undefined && !section.schema.safeParse(before).success) return []
  const spelled = canonical(section.schema, before)
  const unset = section.form === 'fields' ? 'the default' : 'none'
  const rankBefore = [...stored.keys()].indexOf(wanted.name)
  const details = [
    ...differences(section.schema, spelled, wanted.after, unset).map((each) =>
      section.isPrivate ? 'changed' : each,
    ),
    ...(section.isOrdered && rankBefore !== wanted.rank
      ? [`place: ${rankBefore + 1} -> ${wanted.rank + 1}`]
      : []),
  ]
  return details.length === 0 ? [] : [{ ...write, details }]
}

function objectionsTo(
  section: Section,
  all: ReadonlyMap<string, unknown>,
  objects: readonly ReadObject[],
): Problem[] {
  return section.check(all).flatMap(({ name, path, says }) => {
    const object = objects.find((each) => each.name === name)
    return object === undefined
      ? []
      : [
          {
            place: nearestPlace(object, path),
            says: `${subjectOf(path, `${section.noun} ${object.shown}`)} ${says}`,
          },
        ]
  })
}

/** A file that does not say whether an object is disabled leaves it so, which is easily overlooked. */
function notesOf(section: Section, object: ReadObject, after: unknown): string[] {
  if (valueAt(after, ['disabled']) !== true || valueAt(object.value, ['disabled']) !== undefined) return []
  return [`${section.noun} ${object.shown} is disabled; "disabled: false" in the file switches it on`]
}

function danglingNames(configuration: Configuration, stored: Stored, isPruning: boolean): Problem[] {
  const mentions = configuration.read.flatMap(({ objects }) => objects.flatMap((object) => object.mentions))
  return mentions.flatMap(({ section: sectionName, name, place }) => {
    const read = configuration.read.find(({ section }) => section.name === sectionName)
    const section = configuration.sections.find((each) => each.name === sectionName)
    if (section === undefined || read?.objects.some((object) => object.name === name) === true) return []
    const isStored = stored.get(section)?.has(name) === true
    if (isStored && !(isPruning && read !== undefined)) return []
    const because = isStored ? 'is not in the file, so that --prune would remove it' : 'does not exist'
    return [{ place, says: `${section.noun} ${name} ${because}` }]
  })
}
