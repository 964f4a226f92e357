import { expect, test, type TestContext } from 'vitest'
import { findApplication } from './applications/index.ts'
import { inTransaction, type Tx } from './platform/db/index.ts'
import { openSession } from './sessions/index.ts'
import { startPostgres } from './testing/postgres.ts'
import { BIND_CLIENT_ID, startServer } from './testing/server.ts'
import { emptyDatabase } from './testing/test-data.ts'
import { addUser, findUserByName } from './users/index.ts'

async function startScene(t: TestContext) {
  const postgres = await startPostgres({ isDurable: false })
  t.onTestFinished(() => postgres.remove())
  const { deployment, clock } = await startServer(t, { data: await emptyDatabase(postgres.url) })
  const { db, vault } = deployment
  const add = (tx: Tx, userName: string) => addUser(tx, vault, { userName, addresses: [] }, clock.now())
  return { db, add }
}

test('whoever is overtaken between looking and writing looks again', async (t) => {
  const { db, add } = await startScene(t)
  const seen: boolean[] = []

  const outcome = await inTransaction(db, async (tx) => {
    const isTaken = (await findUserByName(tx, 'zhao')) !== undefined
    seen.push(isTaken)
    if (isTaken) return 'taken'
    if (seen.length === 1) await inTransaction(db, (faster) => add(faster, 'zhao'))
    await add(tx, 'zhao')
    return 'added'
  })

  expect(outcome).toBe('taken')
  expect(seen).toEqual([false, true])
})

test('a change that nobody waited for takes everything with it when it fails', async (t) => {
  const { db, add } = await startScene(t)
  const application = await findApplication(db, BIND_CLIENT_ID)
  if (application === undefined) throw new Error('there is no such application')
  const rest = { identityId: undefined, secondFactorAt: undefined, ip: '', device: '{}', because: undefined }
  let reachedTheEnd = false

  const failing = inTransaction(db, async (tx) => {
    await add(tx, 'zhao')
    await openSession(tx, { userId: 'nobody', application, signInId: 'x', ...rest }, 0)
    reachedTheEnd = true
  })

  await expect(failing).rejects.toMatchObject({ code: '23503' })
  expect(reachedTheEnd).toBe(true)
  expect(await findUserByName(db, 'zhao')).toBeUndefined()
})

test('what always meets a unique index is a fault and no endless loop', async (t) => {
  const { db, add } = await startScene(t)
  await inTransaction(db, (tx) => add(tx, 'zhao'))
  let tries = 0

  const blind = inTransaction(db, async (tx) => {
    tries += 1
    await add(tx, 'zhao')
  })

  await expect(blind).rejects.toMatchObject({ code: '23505' })
  expect(tries).toBe(4)
})
