import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { newDirectory } from '../testing/data-directory.ts'
import { openMiniProgram } from '../testing/mini-program.ts'
import { startOutsideServer } from '../testing/outside-server.ts'
import { startProcess } from '../testing/server-process.ts'
import { BIND_CLIENT_ID } from '../testing/server.ts'
import { slowness } from '../testing/slowness.ts'

test('at a signal to stop what is under way is finished, and nothing is left behind', async (t) => {
  const arrived = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<void>()
  const weChat = await startOutsideServer(t, (_request, response) => {
    if (weChat.calls === 5) arrived.resolve()
    void answer.promise.then(() => response.end('{"openid":"o-li","session_key":"k"}'))
  })
  const data = newDirectory(t)
  const args = ['dev', '--log', 'silent', '--data', data, '--wechat-api', weChat.url.href]
  const server = await startProcess(t, args)
  const program = openMiniProgram(server.url, { clientId: BIND_CLIENT_ID })
  const logins = Promise.all(Array.from({ length: 5 }, () => program.login('li')))
  await arrived.promise

  const exit = server.kill('SIGTERM')
  await stopsListening(server.url)
  answer.resolve()

  expect((await logins).map((reply) => reply.outcome)).toEqual(Array(5).fill('SOCIAL_BIND'))
  expect(await exit).toEqual({ code: 0, signal: null })
  expect(server.stderr()).toBe('')
  expect(readdirSync(data).toSorted()).toEqual(['ligature.db', 'master.key'])
})

test.for(['SIGTERM', 'SIGINT'] as const)('%s is not held up by connections that idle', async (signal, t) => {
  const server = await startProcess(t, ['dev', '--log', 'silent', '--data', newDirectory(t)])
  const events = await fetch(`${server.url}/dev/inbox/events`)
  const idle = connect(Number(new URL(server.url).port), '127.0.0.1')
  await once(idle, 'connect')
  idle.write('GET /live HTTP/1.1\r\nhost: x\r\n\r\n')
  await once(idle, 'data')
  const silent = connect(Number(new URL(server.url).port), '127.0.0.1')
  await once(silent, 'connect')

  const signalledAt = performance.now()
  expect(await server.kill(signal)).toEqual({ code: 0, signal: null })

  expect(performance.now() - signalledAt).toBeLessThan(1000 * slowness)
  await events.body?.cancel().catch(() => undefined)
})

/** Resolves when the server takes no new connection. */
async function stopsListening(url: string): Promise<void> {
  const { hostname, port } = new URL(url)
  for (;;) {
    const socket = connect(Number(port), hostname)
    const isTaken = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (!isTaken) return
  }
}
