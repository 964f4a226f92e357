import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  type SqliteDatabase,
} from 'kysely'

/** As many requests as share one flush at most, so that the first of them does not wait for ever. */
const MOST_TOGETHER = 128

/** Requests whose changes are made, and on the disk together or not at all. */
interface Batch {
  readonly committing: PromiseWithResolvers<void>[]
}

/**
 * Who has the writer of a file. All of one process that have the file open share it: SQLite would let the whole thread
 * wait, and with it whoever is waited for.
 */
interface Turns {
  isTaken: boolean
  readonly waiting: (() => void)[]
  /** Whose transaction is open. */
  open: SharedCommitDriver | undefined
}

/**
 * Drives one SQLite file so that requests share what is dear, the flush of a commit.
 *
 * There is one writer, and whoever changes something has it in turn. The first begins a transaction of SQLite's;
 * each request is a savepoint in it, all or nothing by itself. When nobody else is waiting the transaction is
 * committed, and only then each of its requests hears that it is: what was acknowledged is on the disk. What a
 * request has changed is seen by the next writer at once and by readers after the commit, on a connection of
 * their own. If the commit fails, it fails for all.
 *
 * @see docs/decisions/0024-shared-commits.md
 */
export class SharedCommitDriver implements Driver {
  static readonly #turnsByFile = new Map<string, Turns>()
  readonly #turns: Turns
  readonly #writer: SqliteDatabase
  readonly #reader: SqliteDatabase
  readonly #isInTransaction: () => boolean
  readonly #idle: SqliteConnection[] = []
  #batch: Batch | undefined

  /**
   * @param file by which those of one process know each other
   * @param reader another connection to the same file; the writer's own where there can be only one
   * @param isInTransaction whether SQLite still has the writer's transaction: it ends one on some faults
   */
  constructor(file: string, writer: SqliteDatabase, reader: SqliteDatabase, isInTransaction: () => boolean) {
    this.#turns = SharedCommitDriver.#turnsByFile.get(file) ?? {
      isTaken: false,
      waiting: [],
      open: undefined,
    }
    SharedCommitDriver.#turnsByFile.set(file, this.#turns)
    this.#writer = writer
    this.#reader = reader
    this.#isInTransaction = isInTransaction
  }

  async init(): Promise<void> {
    // Both are open.
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#idle.pop() ?? new SqliteConnection(this)
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    if (connection instanceof SqliteConnection) this.#idle.push(connection)
  }

  /** By way of the connection, so that whoever watches it sees it. */
  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin'))
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'))
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'))
  }

  async destroy(): Promise<void> {
    await this.#takeWriter()
    this.#flush()
    this.#passWriterOn()
    if (this.#reader !== this.#writer) this.#reader.close()
    this.#writer.close()
  }

  /** Runs a statement that belongs to no transaction. */
  async runAlone(query: CompiledQuery): Promise<QueryResult<never>> {
    switch (query.query.kind) {
      case 'SelectQueryNode':
        if (this.#reader !== this.#writer) return run(this.#reader, query)
        break
      case 'InsertQueryNode':
      case 'UpdateQueryNode':
      case 'DeleteQueryNode':
        return this.#changeAlone(query)
      default:
    }
    // Settings and the like, some of which are not for transactions.
    await this.#takeWriter()
    try {
      this.#flush()
      return run(this.#writer, query)
    } finally {
      this.#passWriterOn()
    }
  }

  async #changeAlone(query: CompiledQuery): Promise<QueryResult<never>> {
    await this.begin()
    let result
    let committed
    try {
      result = this.runInTurn(query)
      committed = this.commit()
    } catch (error) {
      this.rollBack()
      throw error
    }
    await committed
    return result
  }

  /**
   * Runs a statement of whoever has the writer. On a full disk, and on other faults of the file, SQLite ends the whole
   * transaction: what others have changed in it is gone as well, and they hear why.
   */
  runInTurn(query: CompiledQuery): QueryResult<never> {
    try {
      return run(this.#writer, query)
    } catch (error) {
      if (!this.#isInTransaction()) this.#lose(error)
      throw error
    }
  }

  async begin(): Promise<void> {
    await this.#takeWriter()
    try {
      if (this.#batch === undefined) {
        const { open } = this.#turns
        if (open !== undefined) open.#flush()
        this.#tell('begin immediate')
        this.#batch = { committing: [] }
        this.#turns.open = this
      }
      this.#tell('savepoint request')
    } catch (error) {
      this.#passWriterOn()
      throw error
    }
  }

  /**
   * Ends the turn of whoever has the writer.
   *
   * @returns what settles once the changes are on the disk, or are lost
   * @throws {Error} when they cannot be kept; the turn goes on, and is to be rolled back
   */
  commit(): Promise<void> {
    this.#tell('release request')
    const committed = Promise.withResolvers<void>()
    if (this.#batch === undefined) committed.reject(new Error('there is no transaction to commit'))
    else this.#batch.committing.push(committed)
    this.#passWriterOn()
    return committed.promise
  }

  /** Takes back what whoever has the writer has changed, and ends his turn. */
  rollBack(): void {
    try {
      if (!this.#isInTransaction()) return
      this.#tell('rollback to request')
      this.#tell('release request')
    } finally {
      this.#passWriterOn()
    }
  }

  #takeWriter(): Promise<void> | undefined {
    if (this.#turns.isTaken) return new Promise((resolve) => this.#turns.waiting.push(resolve))
    this.#turns.isTaken = true
    return undefined
  }

  #passWriterOn(): void {
    if ((this.#batch?.committing.length ?? 0) >= MOST_TOGETHER) this.#flush()
    const next = this.#turns.waiting.shift()
    if (next !== undefined) return next()
    this.#turns.isTaken = false
    // Nobody waits for what holds nothing; otherwise requests that are in the sockets already come first.
    if (this.#batch?.committing.length === 0) this.#flush()
    else if (this.#batch !== undefined) setImmediate(() => this.#flushUnlessInUse())
  }

  #flushUnlessInUse(): void {
    if (!this.#turns.isTaken) this.#flush()
  }

  /** Puts what is done on the disk, and tells those who wait for it. */
  #flush(): void {
    const batch = this.#batch
    if (batch === undefined) return
    try {
      this.#tell('commit')
    } catch (error) {
      if (this.#isInTransaction()) this.#tell('rollback')
      this.#lose(error)
      return
    }
    this.#close()
    for (const { resolve } of batch.committing) resolve()
  }

  #lose(error: unknown): void {
    const batch = this.#batch
    this.#close()
    for (const { reject } of batch?.committing ?? []) reject(error)
  }

  #close(): void {
    this.#batch = undefined
    if (this.#turns.open === this) this.#turns.open = undefined
  }

  #tell(sql: string): void {
    this.#writer.prepare(sql).run([])
  }
}

/** What Kysely takes for a connection: whether it is in a transaction, and so has the writer. */
class SqliteConnection implements DatabaseConnection {
  readonly #driver: SharedCommitDriver
  #hasWriter = false

  constructor(driver: SharedCommitDriver) {
    this.#driver = driver
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    switch (query.sql) {
      case 'begin':
        await this.#driver.begin()
        this.#hasWriter = true
        return { rows: [] }
      case 'commit': {
        const committed = this.#driver.commit()
        this.#hasWriter = false
        await committed
        return { rows: [] }
      }
      case 'rollback':
        // After a commit that has failed there is nothing left to take back.
        if (this.#hasWriter) this.#driver.rollBack()
        this.#hasWriter = false
        return { rows: [] }
      default:
        return this.#hasWriter ? this.#driver.runInTurn(query) : this.#driver.runAlone(query)
    }
  }

  streamQuery(): never {
    throw new Error('nothing is read as a stream')
  }
}

function run(database: SqliteDatabase, { sql, parameters }: CompiledQuery): QueryResult<never> {
  const statement = database.prepare(sql)
  // What the rows are the query says, to whoever has written it.
  if (statement.reader) return { rows: statement.all(parameters) as never[] }
  const { changes } = statement.run(parameters)
  return { rows: [], numAffectedRows: BigInt(changes) }
}
