import type { ServerResponse } from 'node:http'
import { flushCompileCache } from 'node:module'
import type { FastifyInstance } from 'fastify'
import { createServer, listen, warnOfSending, warnOfTestAddresses } from '../app.ts'
import type { Settings } from '../config.ts'
import { type Deployment, type Mode, openDeployment } from '../deployment.ts'
import { startResealing, startSweeping } from '../housekeeping.ts'
import { systemClock } from '../platform/clock.ts'
import { StartError } from '../platform/start-error.ts'
import { applyAtStart } from './apply.ts'
import { giveBackMemory } from './give-back-memory.ts'
import { type Closing, openDevelopment, openProduction, type OutsideOptions } from './outside-world.ts'
import { openProcessLog, type ProcessLog } from './process-log.ts'
import { stayKnown } from './stay-known.ts'

/** How long requests under way may take to finish after a signal. */
const STOP_WITHIN_MS = 10_000
const LOOK_EVERY_MS = 20

/** `ligature dev` */
export async function serveDevelopment(settings: Settings): Promise<void> {
  const processLog = openProcessLog(settings.log ?? 'readable')
  const deployment = await open(settings, processLog, 'development', './data-dev')
  const outside = await openDevelopment(deployment, systemClock, settings)
  await applyAtStart(settings, deployment)
  const { app, url } = await serve(settings, deployment, processLog, outside.options, outside.addRoutes)
  process.stdout.write(
    `\n  Ligature, development mode. Nothing here leaves this machine.\n\n` +
      `  See it work      ${url}/dev\n` +
      `  API reference    ${url}/docs\n` +
      `  Budgets          one code per address every 5 seconds; none per IP or prefix;\n` +
      `                   5 guesses per code, 20 wrong guesses per address in 24 hours\n\n`,
  )
  announce(app, url, deployment, [outside], processLog)
}

/** `ligature start` */
export async function serveProduction(settings: Settings): Promise<void> {
  const processLog = openProcessLog(settings.log ?? 'json')
  const { log } = processLog
  const deployment = await open(settings, processLog, 'production', './data')
  await applyAtStart(settings, deployment)
  const outside = openProduction(deployment, systemClock, log, settings)
  await warnOfTestAddresses(deployment.db, log, systemClock.now())
  await warnOfSending(deployment.db, outside.options.gateways, log)
  if (settings.publicUrl === undefined) {
    log.warn('public-url is not set: id_tokens are issued for the address that this server listens on')
  }
  const { app, url } = await serve(settings, deployment, processLog, outside.options)
  announce(app, url, deployment, [outside], processLog)
}

async function open(
  settings: Settings,
  { log, leave }: ProcessLog,
  mode: Mode,
  defaultDirectory: string,
): Promise<Deployment> {
  const dataDirectory = settings.data ?? defaultDirectory
  const deployment = await openDeployment(
    { database: settings.database, dataDirectory, masterKey: settings.masterKey },
    mode,
    systemClock.now(),
  )
  return stayKnown(deployment, systemClock, () => {
    log.fatal(
      'the master key was changed while this server was stopped, or the data were restored; start it again',
    )
    void leave(1)
  })
}

async function serve(
  settings: Settings,
  deployment: Deployment,
  { log, lost }: ProcessLog,
  outside: OutsideOptions,
  addRoutes: (app: FastifyInstance) => void = () => undefined,
): Promise<{ app: FastifyInstance; url: string }> {
  let url = ''
  const app = await createServer(deployment, {
    clock: systemClock,
    log,
    publicUrl: () => settings.publicUrl ?? url,
    trustedProxies: settings.trustedProxies,
    metricsToken: settings.metricsToken,
    lostLogLines: lost,
    sendsNotices: true,
    ...outside,
  })
  addRoutes(app)
  startSweeping(app, deployment.db, systemClock, log)
  startResealing(app, deployment, systemClock, log)
  giveBackMemory()
  url = await listen(app, settings.host, settings.port).catch((error: unknown) => {
    throw inWords(error, settings)
  })
  return { app, url }
}

/** Why nobody can listen there (the port is taken, the address is another machine's) is for the operator to mend. */
function inWords(error: unknown, { host, port }: Settings): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error
  const isTaken = 'code' in error && error.code === 'EADDRINUSE'
  return new StartError(
    isTaken
      ? `port ${port} of ${host} is in use; choose another with --port`
      : `cannot listen on ${host}, port ${port}: ${error.message}`,
  )
}

/** Says that requests are served, and stops cleanly at a signal: what is under way is finished, then all is closed. */
function announce(
  app: FastifyInstance,
  url: string,
  deployment: Deployment,
  outside: readonly Closing[],
  { leave }: ProcessLog,
): void {
  const stopServing = stopperOf(app)
  let isStopping = false
  const stop = async (): Promise<void> => {
    if (isStopping) return
    isStopping = true
    setTimeout(() => void leave(1), STOP_WITHIN_MS).unref()
    await stopServing()
    for (const { close } of outside) await close()
    await deployment.close()
    await leave(0)
  }
  process.on('SIGTERM', () => void stop())
  process.on('SIGINT', () => void stop())
  process.stdout.write(`ready ${url}\n`)
  // Written now and not at the exit: a process that is killed would leave the next start without it.
  flushCompileCache()
}

/**
 * Closing alone would wait for connections on which nothing is asked: those that clients keep for later, and
 * those that browsers open before they need them.
 */
function stopperOf(app: FastifyInstance): () => Promise<void> {
  let underWay = 0
  app.server.on('request', (_request, response: ServerResponse) => {
    underWay += 1
    response.once('close', () => {
      underWay -= 1
    })
  })
  return async () => {
    const timer = setInterval(() => {
      if (underWay === 0) app.server.closeAllConnections()
    }, LOOK_EVERY_MS)
    await app.close()
    clearInterval(timer)
  }
}
