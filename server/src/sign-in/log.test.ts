import { expect, test } from 'vitest'
import { startServer } from '../testing/server.ts'

test('the log tells what happened and holds no address, code, token or id of a person', async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  await server.addUser({ mobile: '13800138000', email: 'li@example.com' })
  const signIn = await program.openSignIn('a-person-of-note')
  await signIn.send('13800138000')
  const code = await program.newestCode('13800138000')
  await signIn.bind('13800138000', code === '000000' ? '000001' : '000000')
  await program.send('li@example.com', 'BIND_EMAIL_EMS')
  await program.send('li@example.com', 'BIND_EMAIL_EMS')
  const bound = await signIn.bind('13800138000', code)
  const sessionToken = String(bound.body['session_token'])
  await program.call('logout', { method: 'GET', headers: { 'session-token': sessionToken } })
  const { subject } = await server.deployment.db
    .selectFrom('identity')
    .select('subject')
    .executeTakeFirstOrThrow()

  const log = server.logLines.join('')
  expect(log).toContain('"outcome":"SUCCESS"')
  expect(log).toContain('"outcome":"IDAAS.SDK.CAPTCHA.0007","because":"wrong code"')
  expect(log).toContain('no room in the budget')
  for (const secret of [
    '13800138000',
    'li@example.com',
    code,
    signIn.stateToken,
    sessionToken,
    String(bound.body['id_token']),
    'a-person-of-note',
    subject,
    'emulated-secret',
  ]) {
    expect(log).not.toContain(secret)
  }
})
