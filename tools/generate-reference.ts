import { COMMAND } from './reference/markdown.ts'
import { staleFiles, writeReference } from './reference/reference-files.ts'
import { root } from './run.ts'

// Writes docs/reference, or with --check names the files of it that are not what they would be written as.
if (process.argv.includes('--check')) {
  for (const path of staleFiles(root)) {
    process.stderr.write(`${path} is stale: run \`${COMMAND}\`\n`)
    process.exitCode = 1
  }
} else {
  writeReference(root)
}
