import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { DatabaseCondition } from '../../platform/db/condition.ts'
import { startServer } from '../../testing/server.ts'
import { aboutDatabase, checkDatabase } from './check-database.ts'

test('the database answers, and what a power cut could lose is told', async (t) => {
  const { deployment } = await startServer(t)
  const { db, activity } = deployment

  const [answers, ...others] = await checkDatabase(db, activity.store)

  expect(answers?.values[0]).toMatch(activity.store === 'sqlite' ? /^SQLite 3\.\d+/ : /^PostgreSQL \d+\.\d+$/)
  if (activity.store === 'postgres') {
    // The server of the tests flushes nothing.
    expect(others.at(-1)?.definition.code).toBe('database.not_durable')
    expect(others.at(-1)?.values[0]).toContain('fsync = off')
    return
  }
  expect(others.map(({ definition }) => definition.code)).toEqual(['database.durable'])
  await sql`pragma synchronous = normal`.execute(db)
  expect((await checkDatabase(db, 'sqlite')).at(-1)).toMatchObject({
    definition: { code: 'database.not_durable' },
    values: ['synchronous = 1'],
  })
})

test('a slow one, an old one and a careless one are told', () => {
  const well = { answersInMs: 20, version: '17.4', limitsTransactions: true, loses: [] }
  const codesOf = (differences: Partial<DatabaseCondition>) =>
    aboutDatabase('postgres', { ...well, ...differences }).map(({ definition }) => definition.code)

  expect(codesOf({})).toEqual(['database.answers', 'database.durable'])
  expect(codesOf({ answersInMs: 21 })).toEqual(['database.slow', 'database.durable'])
  expect(codesOf({ limitsTransactions: false })).toContain('database.before17')
  expect(codesOf({ loses: ['fsync = off'] })).toEqual(['database.answers', 'database.not_durable'])
})
