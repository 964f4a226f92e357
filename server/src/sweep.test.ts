import { expect, test } from 'vitest'
import { sweep } from './app.ts'
import { startServer } from './testing/server.ts'

const DAY = 24 * 60 * 60 * 1000

test('what is long over is removed, and what still counts stays', async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  const old = await program.openSignIn('alice')
  await old.send('11012345678')
  await old.bind('11012345678', '232326')
  await program.send('13800138000', 'BIND_MOBILE_SMS')

  server.clock.advance(7 * DAY)
  const open = await program.openSignIn('bob')
  await open.send('11012345678')
  await program.send('13900139000', 'BIND_MOBILE_SMS')
  await sweep(server.deployment.db, server.clock.now())

  expect(await server.count('sign_in')).toBe(1)
  expect(await server.count('verification')).toBe(2)
  expect(await server.count('session')).toBe(0)
  expect(await open.bind('11012345678', '232326')).toMatchObject({ outcome: 'SUCCESS' })
  expect(await program.login('alice')).toMatchObject({ outcome: 'SUCCESS' })
})

test('attempts at messages are kept for ninety days', async (t) => {
  const server = await startServer(t)
  await server.miniProgram().send('13800138000', 'BIND_MOBILE_SMS')

  server.clock.advance(90 * DAY)
  await sweep(server.deployment.db, server.clock.now())
  expect(await server.count('message_attempt')).toBe(1)

  server.clock.advance(1)
  await sweep(server.deployment.db, server.clock.now())
  expect(await server.count('message_attempt')).toBe(0)
})

test('an expired code is refused before any sweep came by', async (t) => {
  const server = await startServer(t)
  const signIn = await server.miniProgram().openSignIn('alice')
  await signIn.send('11012345678')
  server.clock.advance(5 * 60_000)
  await sweep(server.deployment.db, server.clock.now())
  expect(await server.count('verification')).toBe(1)
  expect(await signIn.bind('11012345678', '232326')).toMatchObject({ outcome: 'IDAAS.SDK.CAPTCHA.0007' })
})
