import { setTimeout as delay } from 'node:timers/promises'
import { record } from '../audit/index.ts'
import { importPassword } from '../credentials/index.ts'
import { inTransaction, type Tx } from '../platform/db/index.ts'
import { StartError } from '../platform/start-error.ts'
import type { Vault } from '../platform/vault/vault.ts'
import {
  createUser,
  findByVerifiedAddress,
  findUserByName,
  readAttributeRules,
  setGroupsOf,
} from '../users/index.ts'
import type { OperatorDeps } from './find-user.ts'
import { type ImportLine, parseImportLine } from './import-line.ts'

/** Lines written in one transaction. Flushing each line for itself takes several times as long. */
const BATCH = 50

/**
 * Milliseconds between two batches. A running server that waits to write looks every few milliseconds whether
 * it can; without a pause the next batch is there first every time, and the server stands still for seconds.
 */
const PAUSE_MS = 30

export interface ImportReport {
  readonly imported: number
  /** Lines whose user is here already: an import that was cut off can be run again. */
  readonly known: number
  readonly refused: readonly { readonly line: number; readonly reason: string }[]
}

/**
 * Imports users from JSON lines. A line that cannot be taken is named with its reason and leaves nothing
 * behind; the others are imported.
 *
 * @param lines of the file; empty ones are passed over
 * @throws {StartError} when a user of the file came to be by himself in that very moment
 */
export async function importUsers(
  deps: OperatorDeps,
  lines: AsyncIterable<string>,
  now: number,
): Promise<ImportReport> {
  const rules = await readAttributeRules(deps.db)
  const tally: Tally = { imported: 0, known: 0, refused: [] }
  let batch: NumberedLine[] = []
  let number = 0
  for await (const text of lines) {
    number += 1
    const line = await parseImportLine(number === 1 ? withoutByteOrderMark(text) : text, rules)
    if (typeof line === 'string') tally.refused.push({ line: number, reason: line })
    else if (line !== undefined) batch.push({ number, line })
    if (batch.length < BATCH) continue
    count(tally, await importBatch(deps, batch, now))
    batch = []
    await delay(PAUSE_MS)
  }
  if (batch.length > 0) count(tally, await importBatch(deps, batch, now))
  return { ...tally, refused: tally.refused.toSorted((one, other) => one.line - other.line) }
}

interface NumberedLine {
  readonly number: number
  readonly line: ImportLine
}

interface Tally {
  imported: number
  known: number
  readonly refused: { line: number; reason: string }[]
}

/** What came of a line: `imported`, `known`, or in words what stands against it. */
interface LineResult {
  readonly number: number
  readonly result: string
}

function count(tally: Tally, results: readonly LineResult[]): void {
  for (const { number, result } of results) {
    if (result === 'imported' || result === 'known') tally[result] += 1
    else tally.refused.push({ line: number, reason: result })
  }
}

async function importBatch(
  { db, vault }: OperatorDeps,
  batch: readonly NumberedLine[],
  now: number,
): Promise<LineResult[]> {
  return inTransaction(db, async (tx) => {
    const results: LineResult[] = []
    for (const { number, line } of batch) {
      const standing = await standingOf(tx, vault, line)
      if (standing === 'new') await importLine(tx, vault, number, line, now)
      results.push({ number, result: standing === 'new' ? 'imported' : standing })
    }
    return results
  })
}

/** Whether the user of a line is here already; if neither he nor nobody is, what stands against the line. */
async function standingOf(tx: Tx, vault: Vault, { userName, addresses }: ImportLine): Promise<string> {
  const namesake = userName === undefined ? undefined : await findUserByName(tx, userName)
  const found = userName === undefined ? [] : [namesake]
  for (const { address, isVerified } of addresses) {
    if (isVerified) found.push(await findByVerifiedAddress(tx, vault, address))
  }
  const users = new Set(found.map((user) => user?.id))
  if (users.size === 1) return users.has(undefined) ? 'new' : 'known'
  return namesake === undefined
    ? 'another user has verified this address'
    : 'the user of this user_name has other verified addresses'
}

async function importLine(
  tx: Tx,
  vault: Vault,
  number: number,
  line: ImportLine,
  now: number,
): Promise<void> {
  const user = await createUser(tx, vault, line, now)
  if (typeof user === 'string') throw new StartError(`line ${number}: ${user} a moment ago; run it again`)
  if (line.groups !== undefined) await setGroupsOf(tx, user.id, line.groups)
  if (line.passwordHash !== undefined) await importPassword(tx, vault, user.id, line.passwordHash, now)
  await record(tx, { kind: 'user_imported', at: now, userId: user.id, because: `line ${number}` })
}

/** Programs that export tables like to begin a file with one. */
function withoutByteOrderMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}
