import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import pg from 'pg'
import { z } from 'zod'
import { type TestData, usesPostgres } from './test-data.ts'

/** Asks a store how it is going to answer statements. What foreign keys ask for is told by SQLite alone. */
export interface Explain {
  /**
   * @returns the tables of which it would read every row, or every entry of an index, or everything before or after
   *   some moment without a limit
   */
  scannedBy(sql: string): Promise<readonly string[]>
  close(): Promise<void>
}

/**
 * Of a deployment, on the store that this run of the tests is about.
 *
 * @param smallTables those that do not grow
 */
export function openExplain(data: TestData, smallTables: readonly string[]): Promise<Explain> | Explain {
  const { database, dataDirectory } = data.settings
  return usesPostgres
    ? explainPostgres(String(database), smallTables)
    : explainSqlite(join(dataDirectory, 'ligature.db'))
}

const { prepare } = DatabaseSync.prototype
const sqlitePlan = z.array(z.object({ detail: z.string() }))

/** Without statistics it goes by the rule that an index is better, as it does in every deployment of ours. */
function explainSqlite(file: string): Explain {
  const database = new DatabaseSync(file, { readOnly: true })
  return {
    async scannedBy(sql) {
      const plan = sqlitePlan.parse(prepare.call(database, `explain query plan ${sql}`).all())
      // It says SCAN of an index that it reads as a whole as well, and SEARCH of one with a condition.
      const isScan = sql.includes(' limit ')
        ? /^SCAN ([a-z]\w*)/
        : /^(?:SCAN|SEARCH(?=.* \(\w+[<>])) ([a-z]\w*)/
      return plan.flatMap(({ detail }) =>
        detail.includes('VIRTUAL') ? [] : (isScan.exec(detail)?.[1] ?? []),
      )
    },
    async close() {
      database.close()
    },
  }
}

const postgresNode = z.object({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  'Index Name': z.string().optional(),
  'Index Cond': z.string().default(''),
  get Plans() {
    return z.array(postgresNode).default([])
  },
})
type PostgresNode = z.infer<typeof postgresNode>
const postgresPlan = z.tuple([z.object({ 'QUERY PLAN': z.tuple([z.object({ Plan: postgresNode })]) })])

const indexRows = z.array(z.object({ name: z.string(), table: z.string(), first: z.string() }))
type Index = z.infer<typeof indexRows>[number]
const INDEXES = `
  select index.relname as name, tables.relname as table, pg_get_indexdef(indexrelid, 1, true) as first
  from pg_index join pg_class index on index.oid = indexrelid join pg_class tables on tables.oid = indrelid
`

/** A full scan and what comes with one, such as a hash of it, is made dear: an index that helps is used then. */
const WITH_INDEXES = ['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'enable_material']

/**
 * Tables are small in a test, where any plan will do; these look as if a million rows were on each page. One that is
 * empty looks as if nobody had ever counted, which is taken for ten pages.
 */
const AS_IF_LARGE = `
  update pg_class set
    relpages = case when pg_relation_size(oid) > 0 then 1 else 0 end,
    reltuples = case when pg_relation_size(oid) > 0 then 1000000 else -1 end
  where relkind = 'r' and relnamespace = current_schema()::regnamespace and relname <> all ($1)
`

async function explainPostgres(database: string, smallTables: readonly string[]): Promise<Explain> {
  const client = new pg.Client({ connectionString: database })
  await client.connect()
  await client.query('begin')
  for (const setting of WITH_INDEXES) await client.query(`set local ${setting} = off`)
  await client.query(AS_IF_LARGE, [smallTables])
  const indexes = indexRows.parse((await client.query(INDEXES)).rows)
  return {
    async scannedBy(sql) {
      const { rows } = await client.query(`explain (generic_plan, format json) ${sql}`)
      const [row] = postgresPlan.parse(rows)
      return nodesOf(row['QUERY PLAN'][0].Plan).flatMap((node) => scannedByNode(node, indexes) ?? [])
    },
    async close() {
      await client.query('rollback')
      await client.end()
    },
  }
}

interface Node extends PostgresNode {
  readonly isLimited: boolean
}

function nodesOf(node: PostgresNode, isBelowLimit = false): Node[] {
  const isLimited = isBelowLimit || node['Node Type'] === 'Limit'
  return [{ ...node, isLimited }, ...node.Plans.flatMap((each) => nodesOf(each, isLimited))]
}

/** An index narrows what is read by a condition on its first column; without one, all of it is read. */
function scannedByNode(node: Node, indexes: readonly Index[]): string | undefined {
  if (node['Index Name'] === undefined) {
    return node['Node Type'] === 'Seq Scan' ? node['Relation Name'] : undefined
  }
  const index = indexes.find(({ name }) => name === node['Index Name'])
  if (index === undefined) throw new Error(`no such index: ${node['Index Name']}`)
  const narrowing = node.isLimited ? '=|<|>|IS' : '=|IS NULL'
  return new RegExp(`\\b${index.first} (?:${narrowing})`).test(node['Index Cond']) ? undefined : index.table
}
