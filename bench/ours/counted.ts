import { join } from 'node:path'
import { z } from 'zod'
import type { Deployment } from '../../server/src/deployment.ts'
import { sql } from '../../server/src/platform/db/migration.ts'
import { type Counts, countsSchema } from '../counts.ts'
import { openCountingProxy } from '../load/counting-proxy.ts'
import { type OurPlace, type OurServer, startOurs } from './server.ts'

/** A server of ours that is looked at and not timed. */
export interface CountedServer extends OurServer {
  counts(): Promise<Counts>
}

const COUNTER = join(import.meta.dirname, 'count-statements.ts')

export async function startCounted(place: OurPlace): Promise<CountedServer> {
  if (place.database === undefined) {
    const server = await startOurs({ ...place, nodeFlags: [...place.nodeFlags, '--import', COUNTER] })
    return { ...server, counts: async () => countsSchema.parse(await server.ask({})) }
  }
  const proxy = await openCountingProxy(place.database)
  // What prepares the work is not counted: it goes to the database itself.
  const server = await startOurs({ ...place, through: proxy.url })
  return {
    ...server,
    counts: async () => ({ ...proxy.counts(), bytes: await sizeOf(server.deployment) }),
    async stop() {
      await server.stop()
      proxy.close()
    },
  }
}

const sizeRow = z.object({ bytes: z.coerce.number() })

async function sizeOf({ db }: Deployment): Promise<number> {
  const { rows } = await sql`select pg_database_size(current_database()) as bytes`.execute(db)
  return sizeRow.parse(rows[0]).bytes
}
