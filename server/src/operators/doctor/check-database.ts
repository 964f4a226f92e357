import type { Db } from '../../platform/db/index.ts'
import { type DatabaseCondition, readCondition } from '../../platform/db/condition.ts'
import { type Finding, finding } from '../../platform/finding.ts'
import { databaseFindings as found } from './deployment-findings.ts'

/** A request asks the database several times, one after the other. */
const SLOW_MS = 20

/** Looks whether the database answers soon and loses nothing. That its tables are the newest was seen when it was opened. */
export async function checkDatabase(db: Db, kind: 'sqlite' | 'postgres'): Promise<readonly Finding[]> {
  return aboutDatabase(kind, await readCondition(db, kind))
}

/** What such a condition means. */
export function aboutDatabase(
  kind: 'sqlite' | 'postgres',
  { answersInMs, version, limitsTransactions, loses }: DatabaseCondition,
): readonly Finding[] {
  const name = `${kind === 'sqlite' ? 'SQLite' : 'PostgreSQL'} ${version}`
  return [
    finding(answersInMs > SLOW_MS ? found.slow : found.answers, name, String(answersInMs)),
    ...(limitsTransactions ? [] : [finding(found.before17, version)]),
    loses.length === 0 ? finding(found.durable) : finding(found.notDurable, loses.join(', ')),
  ]
}
