import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { openDeployment } from './deployment.ts'
import { systemClock } from './platform/clock.ts'
import { startPostgres, testCertificate } from './testing/postgres.ts'
import { startServer } from './testing/server.ts'
import { emptyDatabase } from './testing/test-data.ts'

test('PostgreSQL by TLS: the flow works, and who is not who he should be is refused in a sentence', async (t) => {
  const postgres = await startPostgres({ isDurable: false, isEncrypted: true })
  t.onTestFinished(() => postgres.remove())
  const verified = `${postgres.url}?sslmode=verify-full&sslrootcert=${testCertificate}`
  const data = await emptyDatabase(verified)
  const server = await startServer(t, { data })

  const signIn = await server.miniProgram().openSignIn('alice')
  await signIn.send('11012345678')
  expect(await signIn.bind('11012345678', '232326')).toMatchObject({ outcome: 'SUCCESS' })
  const { rows } = await sql`select ssl from pg_stat_ssl where pid = pg_backend_pid()`.execute(
    server.deployment.db,
  )
  expect(rows).toEqual([{ ssl: true }])

  const openBy = (query: string) => {
    const database = String(data.settings.database).replace(/\?.*/, query)
    return openDeployment({ ...data.settings, database }, 'development', systemClock.now())
  }
  await expect(openBy('?sslmode=verify-full')).rejects.toThrow(/certificate is not trusted .*sslrootcert=/)
  await expect(openBy('')).rejects.toThrow('PostgreSQL refused the connection')
})
