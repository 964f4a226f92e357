import type { Language } from './refusal.ts'

/**
 * What came of looking at one thing. `not-reachable`: it did not answer. `not-decidable`: nothing that can be
 * looked at from here tells.
 */
export type FindingResult = 'ok' | 'warning' | 'problem' | 'not-reachable' | 'not-decidable'

/** What is so, and what to do about it; `{0}`, `{1}` … are filled from the finding's `values`. */
interface Sentences {
  readonly says: string
  readonly todo: string
}

type Sentence = Pick<Sentences, 'says'>

interface Good {
  readonly result: 'ok'
  readonly en: Sentence
  readonly zh: Sentence
}

interface NotGood {
  readonly result: Exclude<FindingResult, 'ok'>
  readonly en: Sentences
  readonly zh: Sentences
}

/** Both languages side by side. `code` never changes. */
export type FindingDefinition = (Good | NotGood) & { readonly code: string }

/** Something that was found about this deployment. Holds no secret and no clear address. */
export interface Finding {
  readonly definition: FindingDefinition
  readonly values: readonly string[]
}

/** The findings of one subject; the name of each and the subject's make its code. */
export function defineFindings<const Table extends Readonly<Record<string, Good | NotGood>>>(
  subject: string,
  table: Table,
): Readonly<Record<keyof Table, FindingDefinition>> {
  const withCodes = Object.entries(table).map(([name, one]) => [
    name,
    { ...one, code: `${subject}.${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}` },
  ])
  // `fromEntries` forgets the names.
  return Object.fromEntries(withCodes) as Record<keyof Table, FindingDefinition>
}

export function finding(definition: FindingDefinition, ...values: readonly string[]): Finding {
  return { definition, values }
}

/** @returns the sentences for an operator; `todo` is absent where all is well */
export function sayFinding(
  { definition, values }: Finding,
  language: Language,
): { readonly says: string; readonly todo: string | undefined } {
  const fill = (text: string) => text.replace(/\{(\d)\}/g, (_, digit: string) => values[Number(digit)] ?? '')
  const { says, todo } = sentencesOf(definition, language)
  return { says: fill(says), todo: todo === undefined ? undefined : fill(todo) }
}

function sentencesOf(definition: FindingDefinition, language: Language): { says: string; todo?: string } {
  return definition[language]
}

/** How long one call to the outside world may take while somebody looks whether it is well, in milliseconds. */
export const CHECK_WITHIN_MS = 3_000
