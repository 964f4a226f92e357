import {
  type DatabaseConnection,
  DeleteQueryNode,
  type DialectAdapter,
  InsertQueryNode,
  type RootOperationNode,
  TableNode,
  UpdateQueryNode,
} from 'kysely'

const watches = new WeakMap<DialectAdapter, ChangeWatch>()
const lookedFor = new Set<string>()

/** Knows when this process has last changed the tables of a database that somebody remembers something of. */
export class ChangeWatch {
  readonly #lastAt = new Map<string, number>()
  /** What the transactions that are open have changed. */
  readonly #open = new WeakMap<DatabaseConnection, Set<string>>()

  constructor(adapter: DialectAdapter) {
    watches.set(adapter, this)
  }

  /** @returns `undefined` where nobody watches */
  static of(adapter: DialectAdapter): ChangeWatch | undefined {
    return watches.get(adapter)
  }

  static lookFor(tables: readonly string[]): void {
    for (const table of tables) lookedFor.add(table)
  }

  /** @returns when one of them was last changed, on the clock of `performance.now()` */
  lastAt(tables: readonly string[]): number {
    return Math.max(0, ...tables.map((table) => this.#lastAt.get(table) ?? 0))
  }

  /** @returns `undefined` for what is no transaction that is known to be open */
  hasChanged(connection: DatabaseConnection | undefined): boolean | undefined {
    const tables = connection && this.#open.get(connection)
    return tables && tables.size > 0
  }

  onBegin(connection: DatabaseConnection): void {
    this.#open.set(connection, new Set())
  }

  onEnd(connection: DatabaseConnection): void {
    const tables = this.#open.get(connection)
    this.#open.delete(connection)
    if (tables !== undefined) this.#changed(tables)
  }

  /** To be told of every statement, when it is sent. */
  note(connection: DatabaseConnection, statement: RootOperationNode, result: Promise<unknown>): void {
    const table = changedTable(statement)
    if (table === undefined || !lookedFor.has(table)) return
    const open = this.#open.get(connection)
    const done = (): void => this.#changed([table])
    if (open === undefined) result.then(done, done)
    else open.add(table)
  }

  #changed(tables: Iterable<string>): void {
    for (const table of tables) this.#lastAt.set(table, performance.now())
  }
}

function changedTable(statement: RootOperationNode): string | undefined {
  const node = InsertQueryNode.is(statement)
    ? statement.into
    : UpdateQueryNode.is(statement)
      ? statement.table
      : DeleteQueryNode.is(statement)
        ? statement.from.froms[0]
        : undefined
  return node !== undefined && TableNode.is(node) ? node.table.identifier.name : undefined
}
