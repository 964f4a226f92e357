import { expect, test, type TestContext } from 'vitest'
import { demoConnections, startServer } from '../../testing/server.ts'
import { claimFetch, drop, endClaim, find, keep } from './access-token.store.ts'

const ID = demoConnections[0]?.id ?? ''
const NOW = 1_000_000
const SOON = NOW + 240_000

async function openDb(t: TestContext) {
  return (await startServer(t)).deployment.db
}

test('of many who claim at once one may fetch', async (t) => {
  const db = await openDb(t)

  const claims = await Promise.all(
    Array.from({ length: 16 }, () => claimFetch(db, ID, NOW + 2_500, SOON, NOW)),
  )

  expect(claims.filter(Boolean)).toHaveLength(1)
})

test('a claim holds until its moment, and not a millisecond longer', async (t) => {
  const db = await openDb(t)
  expect(await claimFetch(db, ID, NOW + 2_500, SOON, NOW)).toBe(true)

  expect(await claimFetch(db, ID, NOW + 5_000, SOON, NOW + 2_499)).toBe(false)
  expect(await claimFetch(db, ID, NOW + 5_001, SOON, NOW + 2_500)).toBe(true)
})

test('who was overtaken neither keeps his token nor ends the claim of the other', async (t) => {
  const db = await openDb(t)
  const [first, second] = [NOW + 2_500, NOW + 5_000]
  await claimFetch(db, ID, first, SOON, NOW)
  await claimFetch(db, ID, second, SOON, first)

  await keep(db, ID, first, { sealed: 'late', expiresAt: NOW + 7_200_000 })
  await endClaim(db, ID, first)

  expect(await find(db, ID)).toBeUndefined()
  expect(await claimFetch(db, ID, NOW + 9_000, SOON, first + 1)).toBe(false)
  await keep(db, ID, second, { sealed: 'right', expiresAt: NOW + 7_200_000 })
  expect(await find(db, ID)).toEqual({ sealed: 'right', expiresAt: NOW + 7_200_000 })
})

test('a token that is good for longer needs no successor, and one that ends then does', async (t) => {
  const db = await openDb(t)
  await claimFetch(db, ID, NOW + 2_500, SOON, NOW)
  await keep(db, ID, NOW + 2_500, { sealed: 'sealed', expiresAt: SOON + 1 })

  expect(await claimFetch(db, ID, NOW + 3_000, SOON, NOW + 1)).toBe(false)
  expect(await claimFetch(db, ID, NOW + 3_000, SOON + 1, NOW + 1)).toBe(true)
})

test('a claim that ends without a token is free at once', async (t) => {
  const db = await openDb(t)
  await claimFetch(db, ID, NOW + 2_500, SOON, NOW)
  await endClaim(db, ID, NOW + 2_500)

  expect(await claimFetch(db, ID, NOW + 2_501, SOON, NOW + 1)).toBe(true)
})

test('only the token that was refused is dropped', async (t) => {
  const db = await openDb(t)
  await claimFetch(db, ID, NOW + 2_500, SOON, NOW)
  await keep(db, ID, NOW + 2_500, { sealed: 'second', expiresAt: NOW + 7_200_000 })

  await drop(db, ID, 'first')
  expect(await find(db, ID)).toMatchObject({ sealed: 'second' })
  await drop(db, ID, 'second')
  expect(await find(db, ID)).toBeUndefined()
  expect(await claimFetch(db, ID, NOW + 2_501, SOON, NOW + 1)).toBe(true)
})
