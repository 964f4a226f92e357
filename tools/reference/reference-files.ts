import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { configurationPage, configurationSchemaJson } from './configuration.ts'
import { endpointsPage } from './endpoints.ts'
import { errorsPage } from './errors.ts'
import { metricsPage } from './metrics.ts'
import { openApiJson } from './openapi.ts'
import { settingsPage } from './settings.ts'

/** Every generated file of the reference: its path in the repository, and what it has to hold. */
function referenceFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['docs/reference/configuration.md', configurationPage()],
    ['docs/reference/endpoints.md', endpointsPage()],
    ['docs/reference/errors.md', errorsPage()],
    ['docs/reference/ligature.schema.json', configurationSchemaJson()],
    ['docs/reference/metrics.md', metricsPage()],
    ['docs/reference/openapi.json', openApiJson()],
    ['docs/reference/settings.md', settingsPage()],
  ])
}

/** @returns the files under `directory` that are missing or hold something else */
export function staleFiles(directory: string): string[] {
  return [...referenceFiles()]
    .filter(([path, content]) => {
      const file = join(directory, path)
      return !existsSync(file) || readFileSync(file, 'utf8') !== content
    })
    .map(([path]) => path)
}

/** Writes every file of the reference under `directory`. */
export function writeReference(directory: string): void {
  for (const [path, content] of referenceFiles()) {
    const file = join(directory, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
  }
}
