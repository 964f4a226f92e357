import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, test, vi } from 'vitest'
import { sealedColumns } from '../../key-columns.ts'
import { saveConnection } from '../../connections/index.ts'
import { REMEMBERED_FOR_MS } from '../../platform/db/remembered.ts'
import { listSealedUnder, replaceSealed } from '../../platform/vault/reseal.store.ts'
import { openResealing, type ResealStep } from '../../platform/vault/reseal.ts'
import { showDataKeys, stageDataKey } from '../../platform/vault/rotate-data-key.ts'
import { addUserWithFactors } from '../../testing/factors.ts'
import { changeDemoPassword } from '../../testing/passwords.ts'
import { demoConnections, type TestServer } from '../../testing/server.ts'
import { onEach } from '../../testing/test-data.ts'
import { startTwo } from '../../testing/two-instances.ts'

// Several hundred people are imported first.
vi.setConfig({ testTimeout: 60_000 })

const SECOND = 1000
const DAY = 24 * 60 * 60 * SECOND
/** More addresses than one step seals again. */
const PEOPLE = 420

function stage({ deployment }: TestServer, now: number): Promise<boolean> {
  return stageDataKey(deployment.db, deployment.vault, now)
}

function resealingOf({ deployment }: TestServer) {
  return openResealing(deployment.db, deployment.vault, sealedColumns)
}

/** Goes through everything once. */
async function pass(server: TestServer, now: number): Promise<ResealStep[]> {
  await server.deployment.vault.refresh(now)
  const resealing = resealingOf(server)
  const steps = [await resealing.step(now)]
  while (steps.at(-1)?.isPassOver === false) steps.push(await resealing.step(now))
  return steps
}

/** Where anything in the whole database is sealed under this data key. */
async function sealedUnder({ deployment: { db } }: TestServer, number: number): Promise<string[]> {
  const found = new Set<string>()
  for (const { name: table } of await db.introspection.getTables()) {
    const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(table)}`.execute(db)
    for (const [column, value] of rows.flatMap((row) => Object.entries(row))) {
      if (typeof value === 'string' && /^\d+\.[\w-]{38,}$/.test(value) && value.startsWith(`${number}.`))
        found.add(`${table}.${column}`)
    }
  }
  return [...found].toSorted()
}

const numbersOf = async ({ deployment: { db } }: TestServer) =>
  (await showDataKeys(db, [])).map(({ number }) => number)

test('under load everything moves to the new data key, no request fails, and the old key goes', async (t) => {
  const { clock, one, other } = await startTwo(t, { people: PEOPLE })
  await changeDemoPassword(one)
  await addUserWithFactors(one)
  expect(await sealedUnder(one, 1)).toEqual(
    sealedColumns.map(({ table, column }) => `${table}.${column}`).toSorted(),
  )
  const resealings = [resealingOf(one), resealingOf(other)]
  const outcomes = new Set<string>()
  const work = async (server: TestServer, round: number): Promise<void> => {
    const program = server.miniProgram()
    const login = await program.login('alice')
    const pending = await program.openSignIn(`${server === one ? 'bob' : 'carol'}${round}`)
    const mobile = String(13_800_000_000 + round * 2 + (server === one ? 0 : 1))
    const sent = await pending.send(mobile)
    const bound = await pending.bind(mobile, await program.newestCode(mobile))
    for (const reply of [login, sent, bound]) outcomes.add(`${reply.httpStatus} ${reply.outcome}`)
  }

  for (let round = 1; round <= 14; round++) {
    if (round === 2) {
      const staged = await onEach([one, other, one, other], (server) => stage(server, clock.now()))
      expect(staged.filter((isNew) => isNew)).toHaveLength(1)
    }
    await onEach([one, other], (server) =>
      Promise.all([work(server, round), resealings[server === one ? 0 : 1]?.step(clock.now())]),
    )
    clock.advance(9 * SECOND)
  }

  expect([...outcomes].toSorted()).toEqual(['200 OK', '200 SUCCESS'])
  await pass(one, clock.now())
  expect(await sealedUnder(one, 1)).toEqual([])
  expect(await numbersOf(one)).toEqual([1, 2])
  clock.advance(DAY)
  // What is remembered is so by the clock of the machine, for which no day has passed.
  await delay(REMEMBERED_FOR_MS)
  await pass(other, clock.now())
  expect(await numbersOf(one)).toEqual([2])
  await work(one, 30)
  await work(other, 30)
  expect([...outcomes].toSorted()).toEqual(['200 OK', '200 SUCCESS'])
})

test('a new data key seals a minute after it was made, and not a moment earlier', async (t) => {
  const { clock, one, other } = await startTwo(t, { people: PEOPLE })
  await stage(one, clock.now())
  clock.advance(60 * SECOND - 1)
  await other.miniProgram().login('alice')
  expect(other.deployment.vault.seal('here', 'text')).toMatch(/^1\./)
  expect(await stage(other, clock.now())).toBe(false)

  clock.advance(5 * SECOND)
  await other.miniProgram().login('alice')
  const sealed = other.deployment.vault.seal('here', 'text')
  expect(sealed).toMatch(/^2\./)
  // The instance that nobody asked anything has the key with its next request.
  expect(() => one.deployment.vault.open('here', sealed)).toThrow('not here')
  await one.miniProgram().login('alice')
  expect(one.deployment.vault.open('here', sealed)).toBe('text')
})

test('sealing again goes on where another process was killed, a few rows at a time', async (t) => {
  const { clock, one, other } = await startTwo(t, { people: PEOPLE })
  await stage(one, clock.now())
  clock.advance(60 * SECOND)
  await one.deployment.vault.refresh(clock.now())
  const killed = resealingOf(one)
  for (let step = 1; step <= 2; step++)
    expect((await killed.step(clock.now())).resealed).toBeLessThanOrEqual(200)
  const left = async () =>
    Object.values((await showDataKeys(one.deployment.db, sealedColumns))[0]?.rows ?? {})
  const before = (await left()).reduce((sum, rows) => sum + rows, 0)
  expect(before).toBeGreaterThan(0)
  expect(before).toBeLessThan(PEOPLE)

  const steps = await pass(other, clock.now())
  expect(steps.reduce((sum, { resealed }) => sum + resealed, 0)).toBe(before)
  expect(await left()).toEqual([])
})

test('a secret that is changed while it is sealed again keeps its newest value', async (t) => {
  const { clock, one } = await startTwo(t, { people: PEOPLE })
  const [connection] = demoConnections
  const column = sealedColumns.find(({ table }) => table === 'connection')
  if (connection === undefined || column === undefined) throw new Error('there is no demo connection')
  const { db, vault } = one.deployment
  const read = await listSealedUnder(db, column, [1], undefined, 10)
  await saveConnection(db, vault, { ...connection, appSecret: 'a newer secret' }, clock.now())

  const changes = read.map((row) => ({ ...row, resealed: '2.AAAA' }))
  expect(await replaceSealed(db, column, changes)).toBe(read.length - 1)
  const row = db.selectFrom('connection').select('app_secret_sealed').where('id', '=', connection.id)
  const { app_secret_sealed: sealed } = await row.executeTakeFirstOrThrow()
  expect(vault.open(`connection ${connection.id}`, sealed)).toBe('a newer secret')
})

test('a data key stays for a day, and for as long as a row is left that does not open', async (t) => {
  const { clock, one } = await startTwo(t, { people: PEOPLE })
  const { db } = one.deployment
  await sql`update test_address set code_sealed = '1.AAAA'`.execute(db)
  await stage(one, clock.now())
  clock.advance(60 * SECOND)

  const steps = await pass(one, clock.now())
  expect(steps.reduce((sum, { unreadable }) => sum + unreadable, 0)).toBe(2)
  clock.advance(DAY)
  await pass(one, clock.now())
  expect(await numbersOf(one)).toEqual([1, 2])

  await sql`delete from test_address`.execute(db)
  clock.advance(-1)
  await pass(one, clock.now())
  expect(await numbersOf(one)).toEqual([1, 2])
  clock.advance(1)
  await pass(one, clock.now())
  expect(await numbersOf(one)).toEqual([2])
})
