import { record } from '../audit/index.ts'
import { createUser } from '../users/index.ts'
import type { OperatorDeps } from './find-user.ts'
import { type ImportLine, parseImportLine } from './import-line.ts'

/** Lines written in one transaction: few enough that a running server does not notice. */
const BATCH = 200

export interface ImportReport {
  readonly imported: number
  /** Lines whose user name is here already: an import that was cut off can be run again. */
  readonly known: number
  readonly refused: readonly { readonly line: number; readonly reason: string }[]
}

/**
 * Imports users from JSON lines. A line that cannot be taken is named with its reason and leaves nothing
 * behind; the others are imported.
 *
 * @param lines of the file; empty ones are passed over
 */
export async function importUsers(
  deps: OperatorDeps,
  lines: AsyncIterable<string>,
  now: number,
): Promise<ImportReport> {
  const report = { imported: 0, known: 0, refused: [] as { line: number; reason: string }[] }
  let batch: NumberedLine[] = []
  let number = 0
  for await (const text of lines) {
    number += 1
    if (text.trim() === '') continue
    const line = await parseImportLine(text)
    if (typeof line === 'string') report.refused.push({ line: number, reason: line })
    else batch.push({ number, line })
    if (batch.length < BATCH) continue
    await importBatch(deps, batch, report, now)
    batch = []
  }
  await importBatch(deps, batch, report, now)
  return { ...report, refused: report.refused.toSorted((one, other) => one.line - other.line) }
}

interface NumberedLine {
  readonly number: number
  readonly line: ImportLine
}

type Tally = { imported: number; known: number; refused: { line: number; reason: string }[] }

async function importBatch(
  deps: OperatorDeps,
  batch: readonly NumberedLine[],
  tally: Tally,
  now: number,
): Promise<void> {
  if (batch.length === 0) return
  const tx = await deps.db.startTransaction().execute()
  try {
    for (const { number, line } of batch) {
      // A line is all or nothing within the batch, so a refused one leaves no half user.
      const before = await tx.savepoint('line').execute()
      const user = await createUser(before, deps.vault, line, now)
      if (typeof user === 'string') {
        await before.rollbackToSavepoint('line').execute()
        if (user === 'user name taken' && line.userName !== undefined) tally.known += 1
        else tally.refused.push({ line: number, reason: user })
        continue
      }
      await record(before, { kind: 'user_imported', at: now, userId: user.id, because: `line ${number}` })
      await before.releaseSavepoint('line').execute()
      tally.imported += 1
    }
    await tx.commit().execute()
  } catch (error) {
    await tx.rollback().execute()
    throw error
  }
}
