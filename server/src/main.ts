#!/usr/bin/env node
import { commandLine } from './commands/command-line.ts'
import { isStoreAway } from './platform/db/store-away.ts'
import { describeError, errorInWords } from './platform/describe-error.ts'
import { StartError } from './platform/start-error.ts'

try {
  await commandLine().parseAsync(process.argv)
} catch (error) {
  process.stderr.write(`ligature: ${inWords(error)}\n`)
  // What was opened before the start came to its end would keep the process alive.
  process.exit(1)
}

/** For the operator; a fault of ours may have come with what a statement or a request held. */
function inWords(error: unknown): string {
  if (error instanceof StartError) return error.message
  const described = describeError(error)
  return isStoreAway(error) ? `the database does not answer: ${described.message}` : errorInWords(described)
}
