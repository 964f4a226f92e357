import type { Finding } from '../../platform/finding.ts'

/** What was looked at. */
export interface Subject {
  readonly kind:
    | 'application'
    | 'clock'
    | 'connection'
    | 'database'
    | 'gateway'
    | 'key-file'
    | 'proxies'
    | 'public-url'
    | 'sending'
    | 'test-addresses'
  /** The operator's, where there are several of a kind. */
  readonly name?: string
}

/** What was found about something. */
export interface Diagnosis {
  readonly subject: Subject
  readonly finding: Finding
}

export function diagnose(subject: Subject, findings: readonly Finding[]): readonly Diagnosis[] {
  return findings.map((finding) => ({ subject, finding }))
}
