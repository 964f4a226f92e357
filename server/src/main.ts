#!/usr/bin/env node
import { commandLine } from './commands/command-line.ts'
import { StartError } from './platform/start-error.ts'

try {
  await commandLine().parseAsync(process.argv)
} catch (error) {
  if (!(error instanceof StartError)) throw error
  process.stderr.write(`ligature: ${error.message}\n`)
  // What was opened before the start came to its end would keep the process alive.
  process.exit(1)
}
