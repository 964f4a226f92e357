import { setTimeout as delay } from 'node:timers/promises'
import { expect, test, type TestContext } from 'vitest'
import { findApplication, saveApplication } from './applications/index.ts'
import { inTransaction, type Tx } from './platform/db/index.ts'
import { REMEMBERED_FOR_MS } from './platform/db/remembered.ts'
import { BIND_CLIENT_ID, type TestServer } from './testing/server.ts'
import { startTwo } from './testing/two-instances.ts'

async function nameAt({ deployment: { db } }: TestServer, tx?: Tx): Promise<string | undefined> {
  return (await findApplication(tx ?? db, BIND_CLIENT_ID))?.name.en
}

async function rename(server: TestServer, name: string, tx?: Tx): Promise<void> {
  const db = tx ?? server.deployment.db
  const application = await findApplication(db, BIND_CLIENT_ID)
  if (application === undefined) throw new Error('there is no such application')
  await saveApplication(db, { ...application, name: { ...application.name, en: name } }, 0)
}

/** Both have just read it, and so remember it. */
async function startKnowing(t: TestContext) {
  const { one, other } = await startTwo(t)
  await rename(one, 'before')
  await delay(REMEMBERED_FOR_MS)
  expect([await nameAt(one), await nameAt(other)]).toEqual(['before', 'before'])
  return { one, other }
}

test('what an operator changes counts at once where he changes it, and elsewhere half a second later', async (t) => {
  const { one, other } = await startKnowing(t)

  await rename(one, 'after')

  expect(await nameAt(one)).toBe('after')
  expect(await nameAt(other)).toBe('before')
  await delay(REMEMBERED_FOR_MS)
  expect(await nameAt(other)).toBe('after')
})

test('what a transaction has changed it sees itself, and nobody else before its commit', async (t) => {
  const { one } = await startKnowing(t)

  await inTransaction(one.deployment.db, async (tx) => {
    await rename(one, 'after', tx)
    expect(await nameAt(one, tx)).toBe('after')
    expect(await nameAt(one)).toBe('before')
  })

  expect(await nameAt(one)).toBe('after')
})

test('what is taken back was never there', async (t) => {
  const { one } = await startKnowing(t)

  const takenBack = inTransaction(one.deployment.db, async (tx) => {
    await rename(one, 'never', tx)
    expect(await nameAt(one, tx)).toBe('never')
    throw new Error('taken back')
  })

  await expect(takenBack).rejects.toThrow('taken back')
  expect(await nameAt(one)).toBe('before')
})
