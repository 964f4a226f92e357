import { record } from '../audit/index.ts'
import { type Db, inTransaction, takeTurns, takeYourTime, type Tx } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type Plan, planChanges, type Stored, type Write } from './plan.ts'
import { type Problem, refusalOf } from './problem.ts'
import type { Configuration } from './read-configuration.ts'
import { subjectOf } from './read-value.ts'
import type { Store } from './section.ts'

export interface ApplyOptions {
  /** Removes what a section of the file does not name. */
  readonly isPruning?: boolean
  /** Does everything and takes it back. */
  readonly isRehearsal?: boolean
}

/** Ends the transaction of a rehearsal. */
class Rehearsed extends Error {
  readonly lines: readonly string[]

  constructor(lines: readonly string[]) {
    super('a rehearsal is taken back')
    this.lines = lines
  }
}

/**
 * Makes the database hold what a configuration file says, all of it or nothing. Of several processes that do
 * so at once, one does and the others find it done.
 *
 * @param now milliseconds since the Unix epoch
 * @returns what changed, a line each; none when nothing did
 * @throws {StartError} naming everything that is wrong with the file, each with its line
 */
export async function applyConfiguration(
  { db, vault }: { readonly db: Db; readonly vault: Vault },
  configuration: Configuration,
  { isPruning = false, isRehearsal = false }: ApplyOptions,
  now: number,
): Promise<readonly string[]> {
  try {
    return await inTransaction(db, async (tx) => {
      await takeYourTime(tx)
      await takeTurns(tx, ['the configuration'])
      const lines = await write({ tx, vault, now }, configuration, isPruning)
      if (isRehearsal) throw new Rehearsed(lines)
      return lines
    })
  } catch (error) {
    if (error instanceof Rehearsed) return error.lines
    throw error
  }
}

/**
 * Tells what a file would make in a deployment that is not there yet.
 *
 * @throws {StartError} naming everything that is wrong with the file, each with its line
 */
export function planForNewDeployment(configuration: Configuration): readonly string[] {
  const plan = planChanges(configuration, new Map(), false)
  if (plan.problems.length > 0) throw refusalOf(configuration.file, plan.problems)
  return [...plan.writes.flatMap(linesOf), ...plan.notes.map((note) => `! ${note}`)]
}

async function write(store: Store, configuration: Configuration, isPruning: boolean): Promise<string[]> {
  const plan = planChanges(configuration, await listStored(store, configuration), isPruning)
  const problems = [...plan.problems, ...(await objectionsToChanges(store, plan))]
  if (problems.length > 0) throw refusalOf(configuration.file, problems)

  const lines: string[] = []
  for (const each of plan.writes) lines.push(...(await writeObject(store, each)))
  for (const removal of plan.removals) lines.push(...(await removeObject(store, removal)))
  return [...lines, ...plan.notes.map((note) => `! ${note}`)]
}

/** Also of sections that the file has not: what it names may stand there. */
async function listStored(store: Store, { sections, read }: Configuration): Promise<Stored> {
  const stored = new Map<Plan['writes'][number]['section'], ReadonlyMap<string, unknown>>()
  for (const section of sections) {
    const names = read.find((each) => each.section === section)?.objects.map(({ name }) => name) ?? []
    stored.set(section, await section.list(store, names))
  }
  return stored
}

async function objectionsToChanges(store: Store, { writes, problems }: Plan): Promise<Problem[]> {
  if (problems.length > 0) return []
  const found: Problem[] = []
  for (const { section, name, shown, before, after, object } of writes) {
    if (before === undefined || object === undefined) continue
    for (const { path, says } of await section.checkChange(store, name, before, after)) {
      const place = object.placeOf(path) ?? object.place
      found.push({ place, says: `${subjectOf(path, `${section.noun} ${shown}`)} ${says}` })
    }
  }
  return found
}

async function writeObject(store: Store, each: Write): Promise<string[]> {
  const { before, details } = each
  const reference = await each.section.save(store, each.name, each.after, each.rank)
  const what = before === undefined ? `+ ${labelOf(each)}` : `~ ${labelOf(each)} ${details.join('; ')}`
  await remember(store.tx, store.now, reference, what)
  return linesOf(each)
}

function linesOf(each: Write): string[] {
  const label = labelOf(each)
  return each.before === undefined ? [`+ ${label}`] : each.details.map((detail) => `~ ${label} ${detail}`)
}

function labelOf({ section, shown }: Write): string {
  return section.form === 'fields' ? section.name : `${section.noun} ${shown}`
}

async function removeObject(store: Store, { section, name }: Plan['removals'][number]): Promise<string[]> {
  const removal = await section.remove(store, name)
  if (removal === 'stays disabled') return []
  const { shown = name, hanging, ...reference } = removal
  const fate = hanging === undefined ? '' : `: disabled and not removed, because ${hanging} hang on it`
  const line = `- ${section.noun} ${shown}${fate}`
  await remember(store.tx, store.now, reference, line)
  return [line]
}

async function remember(
  tx: Tx,
  now: number,
  reference: Awaited<ReturnType<Write['section']['save']>>,
  because: string,
): Promise<void> {
  await record(tx, { kind: 'configuration_changed', at: now, ...reference, because })
}
