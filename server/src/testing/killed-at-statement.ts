import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { z } from 'zod'

/**
 * For `node --import`: the process is killed (SIGKILL) in front of the statement with this number: 1 is the first
 * that it sends to its database. With 0 it lives, and writes `statements N` at its end. At SIGUSR2 it counts
 * anew, and says so: `counting`.
 */
let killedAt = z.coerce.number().int().min(0).parse(process.env['LIGATURE_TEST_KILLED_AT_STATEMENT'])
let statements = 0

function countOne(): void {
  statements += 1
  if (statements === killedAt) process.kill(process.pid, 'SIGKILL')
}

const prepare = DatabaseSync.prototype.prepare
DatabaseSync.prototype.prepare = function (this: DatabaseSync, ...args) {
  const statement = prepare.apply(this, args)
  for (const way of ['all', 'run', 'iterate'] as const) {
    const run: (...values: never[]) => unknown = statement[way].bind(statement)
    Object.defineProperty(statement, way, {
      value: (...values: never[]) => {
        countOne()
        return run(...values)
      },
    })
  }
  return statement
}

const connection: { query: (...args: unknown[]) => unknown } = pg.Client.prototype
const query = connection.query
connection.query = function (...args) {
  countOne()
  return query.apply(this, args)
}

const countsAnewUpTo = z.coerce
  .number()
  .int()
  .parse(process.env['LIGATURE_TEST_KILLED_AFTER_SIGNAL'] ?? '0')
process.on('SIGUSR2', () => {
  statements = 0
  killedAt = countsAnewUpTo
  process.stderr.write('counting\n')
})
process.on('exit', () => process.stderr.write(`statements ${statements}\n`))
