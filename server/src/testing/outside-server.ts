import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createSocketServer, type Server, type Socket } from 'node:net'

/** What a test of vitest is handed. */
interface RunningTest {
  readonly onTestFinished: (close: () => Promise<void>) => void
}

export interface OutsideServer {
  readonly url: URL
  /** How many requests came, or connections where it speaks no HTTP. */
  readonly calls: number
}

/** Somebody else's HTTP server on 127.0.0.1, gone with the test whatever hangs in it. */
export async function startOutsideServer(t: RunningTest, listener: RequestListener): Promise<OutsideServer> {
  let calls = 0
  const server = createHttpServer((request, response) => {
    calls += 1
    listener(request, response)
  })
  t.onTestFinished(async () => {
    server.close()
    server.closeAllConnections()
    await Promise.resolve()
  })
  const url = await listen(server)
  return {
    url,
    get calls() {
      return calls
    },
  }
}

/** The same for a server that need not speak HTTP: the listener has the bare connection. */
export async function startOutsideSocket(
  t: RunningTest,
  listener: (socket: Socket) => void,
): Promise<OutsideServer> {
  const open = new Set<Socket>()
  let calls = 0
  const server = createSocketServer((socket) => {
    calls += 1
    open.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => open.delete(socket))
    listener(socket)
  })
  t.onTestFinished(async () => {
    server.close()
    for (const socket of open) socket.destroy()
    await Promise.resolve()
  })
  const url = await listen(server)
  return {
    url,
    get calls() {
      return calls
    },
  }
}

/** A URL at which nobody listens. */
export async function findClosedPort(): Promise<URL> {
  const server = createSocketServer()
  const url = await listen(server)
  server.close()
  await once(server, 'close')
  return url
}

async function listen(server: Server): Promise<URL> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return new URL(`http://127.0.0.1:${address.port}`)
}
