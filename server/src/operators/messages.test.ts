import { expect, test } from 'vitest'
import { setGateway, startCarrier } from '../testing/carriers.ts'
import { runLigature } from '../testing/server-process.ts'
import { startServer } from '../testing/server.ts'
import { reportMessages } from './index.ts'

const MORNING = '2026-01-05T08:00:00.000Z'
const HOUR = 60 * 60 * 1000

test('the story of a sign-in tells which gateway sent the code, which did not and why, and what it cost', async (t) => {
  const server = await startServer(t, { usesStoredGateways: true })
  const statuses = [422, 502]
  const first = await startCarrier(t, () => statuses.shift() ?? 204)
  const second = await startCarrier(t)
  await setGateway(server, 'first', { ...first.description, price: '0.05 CNY' }, 1)
  await setGateway(server, 'second', { ...second.description, price: '0.045 CNY' }, 2)
  const signIn = await server.miniProgram().openSignIn('alice')
  const { next } = (await signIn.look()).body as { readonly next: { readonly sign_in_id: string } }
  await signIn.send('13800138000')
  server.clock.advance(60_000)
  await signIn.send('13800138000')

  const { stdout } = await runLigature(t, ['explain', next.sign_in_id], server.data.process)

  const address = 'address +86-138****8000'
  expect(stdout.trimEnd().split('\n').slice(1)).toEqual([
    `${MORNING}  A verification code was asked for (BIND_MOBILE_SMS; ${address})`,
    `${MORNING}  The gateway first did not send it (answer 422; ${address})`,
    `${MORNING}  The gateway second sent it (cost 0.045 CNY; ${address})`,
    `2026-01-05T08:01:00.000Z  A verification code was asked for (BIND_MOBILE_SMS; ${address})`,
    `2026-01-05T08:01:00.000Z  The gateway first may or may not have sent it; no other one was tried (answer 502; cost 0.05 CNY; ${address})`,
    `2026-01-05T08:01:00.000Z  Nobody said whether the code went out (answer 502; ${address})`,
  ])
})

test('what went out is told by gateway, with costs and the commonest reasons', async (t) => {
  const server = await startServer(t, { usesStoredGateways: true })
  const statuses = [204, 204, 422, 429, 422, 502]
  const carrier = await startCarrier(t, () => statuses.shift() ?? 500)
  const other = await startCarrier(t)
  await setGateway(server, 'first', { ...carrier.description, price: '0.045 CNY' }, 1)
  await setGateway(server, 'second', { ...other.description, price: '0.01 USD' }, 2)
  const program = server.miniProgram()
  for (let index = 0; index < 6; index++) await program.send(`1380${index}138000`, 'BIND_MOBILE_SMS')

  expect(await reportMessages(server.deployment.db, server.clock.now())).toEqual([
    'first (sms): 2 sent, 3 failed, 1 unknown; 0.135 CNY',
    '  2 failed: answer 422',
    '  1 failed: answer 429',
    '  1 unknown: answer 502',
    'second (sms): 3 sent, 0 failed, 0 unknown; 0.03 USD',
  ])
  expect(await reportMessages(server.deployment.db, server.clock.now() + 1)).toEqual([])
})

test('the command looks back as far as it is told to', async (t) => {
  const server = await startServer(t)
  const ago = Date.now() - server.clock.now()
  server.clock.advance(ago - 2 * HOUR)
  await server.miniProgram().send('13800138000', 'BIND_MOBILE_SMS')
  const run = (...args: string[]) => runLigature(t, ['messages', ...args], server.data.process)

  expect(await run()).toMatchObject({ code: 0, stdout: 'dev inbox (sms): 1 sent, 0 failed, 0 unknown\n' })
  expect(await run('--hours', '3')).toMatchObject({ stdout: expect.stringContaining('1 sent') })
  expect(await run('--hours', '1')).toMatchObject({ code: 0, stdout: 'no message in the last 1 hours\n' })
  for (const hours of ['0', '2161']) {
    const says = 'ligature: --hours is a whole number from 1 to 2160\n'
    expect(await run('--hours', hours)).toMatchObject({ code: 1, stderr: says })
  }
})
