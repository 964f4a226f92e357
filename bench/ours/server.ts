import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Deployment, openDeployment } from '../../server/src/deployment.ts'
import { type ServerProcess, startServer } from '../process.ts'
import { configurationFor } from './configuration.ts'

/** `ligature start` with a configuration of its own, and its data opened here, to prepare works in them. */
export interface OurServer extends ServerProcess {
  readonly deployment: Deployment
  readonly masterKey: string | undefined
}

export interface OurPlace {
  /** What is run: the command line, from its source or as it is built. */
  readonly program: string
  readonly nodeFlags: readonly string[]
  readonly directory: string
  /** `postgres://…`; absent: SQLite in the directory. */
  readonly database?: string
  readonly weChat: URL
  readonly carrier: URL
  /** Of a database that is there already; absent: a new one. */
  readonly masterKey?: string | undefined
  /** Where the server finds the database, when something stands in between. */
  readonly through?: string
}

/** Starts the server as in production: real files, real configuration, budgets raised by it alone. */
export async function startOurs({
  program,
  nodeFlags,
  directory,
  database,
  weChat,
  carrier,
  ...given
}: OurPlace): Promise<OurServer> {
  mkdirSync(directory, { recursive: true })
  const config = join(directory, 'ligature.yaml')
  writeFileSync(config, configurationFor(carrier))
  const masterKey =
    given.masterKey ?? (database === undefined ? undefined : randomBytes(32).toString('base64'))
  const server = await startServer(
    program,
    ['start', '--port', '0', '--data', directory, '--config', config],
    {
      nodeFlags,
      environment: {
        LIGATURE_PUBLIC_URL: 'https://login.example.com',
        LIGATURE_WECHAT_API: weChat.href,
        ...(database !== undefined && { LIGATURE_DATABASE: given.through ?? database }),
        ...(masterKey !== undefined && { LIGATURE_MASTER_KEY: masterKey }),
        BENCH_SECRET: 'app-secret-of-the-bench',
        BENCH_GATEWAY_SECRET: `whsec_${Buffer.alloc(32, 5).toString('base64')}`,
      },
    },
  )
  const settings = { database, dataDirectory: directory, masterKey }
  const deployment = await openDeployment(settings, 'production', Date.now())
  return {
    ...server,
    deployment,
    masterKey,
    async stop() {
      await deployment.close()
      await server.stop()
    },
  }
}
