/** What a caller is told: a code that never changes, and its text in both languages. */
export interface RefusalDefinition {
  readonly code: string
  /** `{0}`, `{1}` … are filled from the refusal's `values`. */
  readonly en: string
  readonly zh: string
}

export type Language = 'zh' | 'en'

/** The refusals of one room. Only pins the types; the table is the documentation. */
export function defineRefusals<const Table extends Record<string, RefusalDefinition>>(table: Table): Table {
  return table
}

export interface RefusalDetails {
  /** The private reason, for the log and the audit only. Holds no secret and no clear address. */
  readonly because?: string
  /** What `{0}`, `{1}` … stand for in the texts. */
  readonly values?: readonly string[]
  /** When trying again makes sense; becomes the `Retry-After` header. */
  readonly retryAfterSeconds?: number
  /** What a client can do about it, in headers of ours: the body has two fields and no more. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A foreseen "no". Anything else that is thrown is a bug and answers 500. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly definition: RefusalDefinition
  readonly details: RefusalDetails

  constructor(definition: RefusalDefinition, details: RefusalDetails = {}) {
    super(details.because === undefined ? definition.code : `${definition.code}: ${details.because}`)
    this.definition = definition
    this.details = details
  }

  /** The text for the caller. */
  text(language: Language): string {
    const values = this.details.values ?? []
    return this.definition[language].replace(/\{(\d)\}/g, (_, digit: string) => values[Number(digit)] ?? '')
  }
}
