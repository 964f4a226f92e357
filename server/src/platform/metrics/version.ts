import { readFileSync } from 'node:fs'
import { z } from 'zod'

const manifest = z.object({ version: z.string().default('unknown') })

/** The version of this program, from the manifest that it is installed with. */
export function version(): string {
  const file = new URL('../../../package.json', import.meta.url)
  return manifest.parse(JSON.parse(readFileSync(file, 'utf8'))).version
}
