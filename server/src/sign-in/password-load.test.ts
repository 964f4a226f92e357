import { expect, test } from 'vitest'
import { credentialRefusals } from '../credentials/index.ts'
import { startServer } from '../testing/server.ts'
import { addUserWithPassword, BETTER, GOOD, logIn } from '../testing/passwords.ts'
import { slowness } from '../testing/slowness.ts'

const CROWD = 500
/** 19 MiB for each of at most three hashes, and what five hundred requests are made of on both sides. */
const MAX_GROWTH_MIB = 300
const MAX_WAIT_MS = 1_000 * slowness

test('of five hundred logins at once those that cannot be hashed soon are told to come again, unpaid', async (t) => {
  const server = await startServer(t)
  await addUserWithPassword(server)
  const program = server.miniProgram()
  await logIn(program, GOOD)
  const before = process.memoryUsage().rss
  let most = before
  let slowestMs = 0
  const over = new AbortController()

  const crowd = Promise.all(
    Array.from({ length: CROWD }, (_, number) => logIn(program, BETTER, `nobody${number}`)),
  ).finally(() => over.abort())
  while (!over.signal.aborted) {
    const from = performance.now()
    expect((await fetch(`${server.url}/api/v1/oauth2/keys`)).status).toBe(200)
    slowestMs = Math.max(slowestMs, performance.now() - from)
    most = Math.max(most, process.memoryUsage().rss)
  }
  const replies = await crowd

  const shed = replies.filter(({ httpStatus }) => httpStatus === 503)
  const compared = replies.filter(({ outcome }) => outcome === credentialRefusals.passwordIncorrect.code)
  expect(shed.length + compared.length).toBe(CROWD)
  expect(shed.length).toBeGreaterThan(0)
  expect(compared.length).toBeGreaterThan(0)
  for (const { headers, body } of shed) {
    expect(headers.get('retry-after')).toBe('1')
    expect(Object.keys(body)).toEqual(['error_code', 'error_msg'])
  }
  expect(await server.count('password_guess')).toBe(compared.length)
  expect((most - before) / 2 ** 20).toBeLessThan(MAX_GROWTH_MIB)
  // While five hundred requests come in, this one stands behind them; never behind their hashes.
  expect(slowestMs).toBeLessThan(MAX_WAIT_MS)
  expect(await logIn(program, GOOD)).toMatchObject({ outcome: 'SUCCESS' })
})
