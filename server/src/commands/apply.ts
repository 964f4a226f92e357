import {
  applyConfiguration,
  type Configuration,
  configurationSections,
  planForNewDeployment,
  readConfiguration,
} from '../app.ts'
import { readVariable, type Settings } from '../config.ts'
import { type Deployment, isDeploymentThere, openOrMakeDeployment } from '../deployment.ts'
import { systemClock } from '../platform/clock.ts'
import { closingAfter } from './with-deployment.ts'

export interface ApplyFlags {
  readonly file: string
  readonly prune?: boolean
  readonly dryRun?: boolean
}

/**
 * `ligature apply -f FILE`. Data that is not there is made, for production, but not by a file with a mistake
 * and not by a dry run.
 */
export async function apply(settings: Settings, flags: ApplyFlags): Promise<void> {
  const { file, prune: isPruning = false, dryRun: isRehearsal = false } = flags
  const configuration = await read(file)
  const dataDirectory = settings.data ?? './data'
  const location = { database: settings.database, dataDirectory, masterKey: settings.masterKey }
  const isThere = isDeploymentThere(location)
  if (!isThere) {
    const lines = planForNewDeployment(configuration)
    const made = `${dataDirectory} holds no deployment; one for production ${isRehearsal ? 'would be' : 'is'} made there`
    process.stdout.write(`${made}\n`)
    if (isRehearsal) return print(file, lines, isRehearsal)
  }

  const now = systemClock.now()
  await closingAfter(await openOrMakeDeployment(location, now), async (deployment) => {
    const options = { isPruning, isRehearsal }
    print(file, await applyConfiguration(deployment, configuration, options, now), isRehearsal)
  })
}

/** What `--config` asks for at each start. Nothing is removed by it. */
export async function applyAtStart({ config: file }: Settings, deployment: Deployment): Promise<void> {
  if (file === undefined) return
  print(file, await applyConfiguration(deployment, await read(file), {}, systemClock.now()), false)
}

function read(file: string): Promise<Configuration> {
  return readConfiguration(file, readVariable, configurationSections)
}

function print(file: string, lines: readonly string[], isRehearsal: boolean): void {
  for (const line of lines) process.stdout.write(`${line}\n`)
  // What begins with an exclamation mark is a remark.
  if (lines.every((line) => line.startsWith('!'))) process.stdout.write(`${file}: nothing to change\n`)
  else if (isRehearsal) process.stdout.write(`${file}: nothing was changed, because of --dry-run\n`)
}
