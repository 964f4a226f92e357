import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'vitest'
import {
  applyConfiguration,
  configurationSections,
  planForNewDeployment,
  readConfiguration,
} from '../configuration/index.ts'
import type { Section } from '../configuration/section.ts'
import { type Deployment, openDeployment } from '../deployment.ts'
import { makeDataWithTables } from './data-with-tables.ts'

/** Variables that the files of the tests use. */
export const testVariables: Readonly<Record<string, string>> = {
  SHOP_SECRET: 'app-secret-of-the-shop-7f3a',
  EMPTY: '',
  REGION: 'eu',
}

/** A configuration file in a directory of its own, gone with the test. */
export interface TestFile {
  readonly path: string
  write(text: string): void
  /** Beside it. */
  writeBeside(name: string, content: string | Buffer): void
}

export function newConfigurationFile(t: TestContext, text = ''): TestFile {
  const directory = mkdtempSync(join(tmpdir(), 'ligature-config-'))
  t.onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const path = join(directory, 'ligature.yaml')
  writeFileSync(path, text)
  return {
    path,
    write: (changed) => writeFileSync(path, changed),
    writeBeside(name, content) {
      mkdirSync(dirname(join(directory, name)), { recursive: true })
      writeFileSync(join(directory, name), content)
    },
  }
}

/** What an apply is given besides the file. */
export interface TestApply {
  readonly isPruning?: boolean
  readonly isRehearsal?: boolean
  readonly sections?: readonly Section[]
  readonly variables?: Readonly<Record<string, string>>
  /** Milliseconds since the Unix epoch. */
  readonly now?: number
}

/** Applies a file to a deployment. */
export async function applyFile(
  deployment: Deployment,
  file: TestFile,
  {
    sections = configurationSections,
    variables = testVariables,
    now = Date.UTC(2026, 0, 5),
    ...options
  }: TestApply = {},
): Promise<readonly string[]> {
  const configuration = await readConfiguration(file.path, (name) => variables[name], sections)
  return applyConfiguration(deployment, configuration, options, now)
}

/** @returns what is wrong with a file for a new deployment, each line as `12:5: …`; empty when nothing is */
export async function mistakesIn(
  file: TestFile,
  { sections = configurationSections, variables = testVariables }: TestApply = {},
): Promise<string[]> {
  const configuration = await readConfiguration(file.path, (name) => variables[name], sections)
  try {
    planForNewDeployment(configuration)
    return []
  } catch (error) {
    return mistakesOf(error, file)
  }
}

/** The lines of a refusal, without the name of the file and without the first, which counts them. */
export function mistakesOf(error: unknown, file: TestFile): string[] {
  if (!(error instanceof Error)) throw error
  const [count = '', ...lines] = error.message.split('\n')
  const said = lines.length === 1 ? '1 mistake' : `${lines.length} mistakes`
  if (count !== `${file.path} has ${said}; nothing was changed`) throw error
  return lines.map((line) => line.replace(`${file.path}:`, ''))
}

/** A deployment for production, on the store that this run of the tests is about, gone with the test. */
export async function newDeployment(t: TestContext): Promise<Deployment> {
  const data = await makeDataWithTables()
  const deployment = await openDeployment(data.settings, 'production', Date.UTC(2026, 0, 5))
  t.onTestFinished(async () => {
    await deployment.close()
    await data.remove()
  })
  return deployment
}
