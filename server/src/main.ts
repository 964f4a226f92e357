#!/usr/bin/env node
import { commandLine } from './commands/command-line.ts'
import { isStoreAway } from './platform/db/store-away.ts'
import { StartError } from './platform/start-error.ts'

try {
  await commandLine().parseAsync(process.argv)
} catch (error) {
  const isForOperator = error instanceof StartError || (error instanceof Error && isStoreAway(error))
  if (!isForOperator) throw error
  const because =
    error instanceof StartError ? error.message : `the database does not answer: ${error.message}`
  process.stderr.write(`ligature: ${because}\n`)
  // What was opened before the start came to its end would keep the process alive.
  process.exit(1)
}
