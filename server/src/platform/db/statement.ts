import { type Compilable, type CompiledQuery, type Expression, sql } from 'kysely'
import { giveName } from './statement-names.ts'
import { isEmbedded, run, runLate } from './transaction.ts'
import type { Db, Tx } from './types.ts'

/** Where its values will stand, for whoever writes a statement: `value.id` in place of an id. */
export type Values<Given> = { readonly [Name in keyof Given]: Expression<Given[Name]> }

/** A statement that is written and compiled once, and then run with ever other values. */
export interface Statement<Given, Row> {
  all(db: Db | Tx, given: Given): Promise<readonly Row[]>
  first(db: Db | Tx, given: Given): Promise<Row | undefined>
  /** @returns how many rows it has changed */
  change(db: Db | Tx, given: Given): Promise<number>
  /**
   * Changes something of which nobody asks what came of it. A transaction does not wait for it, but stands or falls
   * with it: what it fails by is thrown by the transaction. When that is a unique index, somebody was faster, and the
   * transaction is run again: what it had looked at is different now.
   */
  later(db: Db | Tx, given: Given): Promise<void>
}

/**
 * Defines a statement. To build and compile one takes longer than to run it, so what runs with every request is
 * defined once, beside the function that gives it its values.
 *
 * @param build called once for each kind of database; it sees no value, so its text is always the same. A limit is
 *   written into it (`sql.lit`): SQLite plans a statement anew when the value of one changes, and takes any value for
 *   changed
 */
export function statement<Given extends object, Row>(
  build: (db: Db | Tx, value: Values<Given>) => Compilable<Row>,
): Statement<Given, Row> {
  const compiled: { embedded?: CompiledQuery<Row>; server?: CompiledQuery<Row> } = {}

  const compile = (db: Db | Tx): CompiledQuery<Row> => {
    const query = build(db, placeholders()).compile()
    giveName(query.sql)
    return query
  }
  const filledIn = (db: Db | Tx, given: Given): CompiledQuery<Row> => {
    const query = (compiled[isEmbedded(db) ? 'embedded' : 'server'] ??= compile(db))
    const parameters = query.parameters.map((parameter) =>
      parameter instanceof Placeholder ? parameter.valueIn(given) : parameter,
    )
    return { ...query, parameters }
  }
  return {
    all: async (db, given) => (await run(db, filledIn(db, given))).rows,
    first: async (db, given) => (await run(db, filledIn(db, given))).rows[0],
    change: async (db, given) => Number((await run(db, filledIn(db, given))).numAffectedRows ?? 0),
    later: (db, given) => runLate(db, filledIn(db, given)),
  }
}

/** Stands where a value will be. */
class Placeholder {
  readonly #name: PropertyKey

  constructor(name: PropertyKey) {
    this.#name = name
  }

  valueIn(given: object): unknown {
    return Reflect.get(given, this.#name)
  }
}

/** Whatever is asked of it by name stands for the value of that name. */
function placeholders<Given>(): Values<Given> {
  // It answers to any name, so nothing that its type promises is missing.
  return new Proxy({} as Values<Given>, { get: (_, name) => sql`${new Placeholder(name)}` })
}
