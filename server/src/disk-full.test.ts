import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { openMiniProgram } from './testing/mini-program.ts'
import { BIND_CLIENT_ID } from './testing/server.ts'
import { startProcess } from './testing/server-process.ts'
import { mountSmallDisk } from './testing/small-disk.ts'

const STORE_AWAY = 'IDAAS.SDK.COM.9503'

test('on a full disk the answer is 503; with room again all goes on, and nothing acknowledged is lost', async (t) => {
  const disk = mountSmallDisk(t, 8)
  if (disk === undefined) return t.skip('a full disk: this machine does not let us mount a small one')
  const data = join(disk.directory, 'data')
  const server = await startProcess(t, ['dev', '--log', 'json', '--data', data])
  const program = openMiniProgram(server.url, { clientId: BIND_CLIENT_ID })
  const bound: string[] = []
  const bind = async (person: string): Promise<string> => {
    const login = await program.login(person)
    if (login.outcome !== 'SOCIAL_BIND') return login.outcome
    const headers = { 'X-state-token': String(login.body['state_token']) }
    await program.send('zhangsan@qq.com', 'BIND_EMAIL_EMS', headers['X-state-token'])
    const body = { email: 'zhangsan@qq.com', verify_code: '123456' }
    const reply = await program.call('social/bind', { headers, body })
    if (reply.outcome === 'SUCCESS') bound.push(person)
    return reply.outcome
  }
  expect(await bind('alice')).toBe('SUCCESS')

  disk.fill()
  let refused = ''
  // The log has room of its own until its next page.
  for (let person = 1; refused === '' && person <= 200; person++) {
    const outcome = await bind(`person-${person}`)
    if (outcome !== 'SUCCESS') refused = outcome
  }
  expect(refused).toBe(STORE_AWAY)
  const { httpStatus, headers } = await program.login('somebody')
  expect([httpStatus, headers.get('retry-after')]).toEqual([503, '1'])
  expect((await fetch(`${server.url}/live`)).status).toBe(200)

  disk.clear()
  await expect.poll(() => bind('bob'), { timeout: 5000 }).toBe('SUCCESS')
  for (const person of bound) expect(await program.login(person)).toMatchObject({ outcome: 'SUCCESS' })
  expect(await server.kill('SIGTERM')).toMatchObject({ code: 0 })
  const database = new DatabaseSync(join(data, 'ligature.db'))
  expect(database.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' })
  database.close()
})
