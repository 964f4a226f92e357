import { expect, test } from 'vitest'
import { saveApplication } from '../applications/index.ts'
import { saveConnection } from '../connections/index.ts'
import { startServer } from '../testing/server.ts'
import { demoApplications, demoConnections } from './demo.ts'

test('the phone button is pressed by a call, and what it gives works once', async (t) => {
  const server = await startServer(t, { mode: 'dev' })
  const program = server.miniProgram()

  const pressed = await program.call('/dev/wechat/phone', {
    body: { persona: 'alice', phone: ' 11012345678 ' },
  })

  expect(pressed.httpStatus).toBe(200)
  expect(pressed.headers.get('cache-control')).toBe('no-store')
  const code = String(pressed.body['code'])
  expect(code).toMatch(/^[0-9a-f]{64}$/)
  expect(await program.loginByPhone(code)).toMatchObject({ outcome: 'SUCCESS' })
  expect(await program.loginByPhone(code)).toMatchObject({ outcome: 'IDAAS.SDK.LOGIN.9009' })
})

test.for([
  [{ persona: 'alice' }, 'Parameter phone cannot be left blank'],
  [{ phone: '13800138000' }, 'Parameter persona cannot be left blank'],
  [{ persona: 'alice', phone: 'x' }, 'The persona, phone parameter format is incorrect'],
  [{ persona: '?', phone: '13800138000' }, 'The persona, phone parameter format is incorrect'],
] as const)('%j is told what is wrong', async ([body, errorMsg], t) => {
  const server = await startServer(t)

  const reply = await server.miniProgram().call('/dev/wechat/phone', { body })

  expect(reply).toMatchObject({ httpStatus: 400, body: { error_msg: errorMsg } })
})

test('a mini program that is configured later is one of WeChat’s, and shares its people within its group', async (t) => {
  const [application] = demoApplications
  const [connection] = demoConnections
  if (application === undefined || connection === undefined) throw new Error('there is no demo data')
  const server = await startServer(t, { mode: 'dev', connection: { openPlatform: 'ours' } })
  const { db, vault } = server.deployment
  const add = async (number: number, openPlatform: string | undefined) => {
    const clientId = `configuredLater0000000000000000${number}`
    await saveApplication(db, { ...application, clientId }, server.clock.now())
    const changes = {
      id: `20260101000000000-0000-00000000${number}`,
      name: `later ${number}`,
      appId: `wx000000000000010${number}`,
      appSecret: `secret-${number}`,
      clientIds: [clientId],
    }
    await saveConnection(db, vault, { ...connection, ...changes, openPlatform }, server.clock.now())
    return server.miniProgram({ clientId })
  }
  const signIn = await server.miniProgram().openSignIn('alice')
  expect(await signIn.phoneBind('mock:alice?phone=11012345678')).toMatchObject({ outcome: 'SUCCESS' })

  const ofTheGroup = await add(1, 'ours')
  const ofAnother = await add(2, 'theirs')
  const ofNone = await add(3, undefined)

  expect(await ofTheGroup.login('alice')).toMatchObject({ outcome: 'SUCCESS' })
  expect(await ofAnother.login('alice')).toMatchObject({ outcome: 'SOCIAL_BIND' })
  expect(await ofNone.login('alice')).toMatchObject({ outcome: 'SOCIAL_BIND' })
  expect(await ofAnother.loginByPhone('mock:alice?phone=11012345678')).toMatchObject({ outcome: 'SUCCESS' })
})
