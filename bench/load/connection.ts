import { once } from 'node:events'
import { connect } from 'node:net'

/** One kept connection, on which one request is under way at a time. */
export interface Connection {
  /** The server has not closed it, as it does with one that was idle for some seconds. */
  isOpen(): boolean
  /** Sends a request and calls back with the status of its answer, once the last byte is here. */
  ask(request: string, answered: (status: number, body: string) => void): void
  close(): void
}

const HEAD_END = '\r\n\r\n'
const LAST_CHUNK = '0\r\n\r\n'

/**
 * A connection without a client library: reading an answer's length and waiting for that many bytes is all
 * that a load generator needs, and it leaves the generator's core idle while the server is busy.
 */
export async function openConnection(url: URL): Promise<Connection> {
  const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true })
  await once(socket, 'connect')
  let received = ''
  let waiting: ((status: number, body: string) => void) | undefined

  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => {
    // It has waited too long for a first request.
    if (chunk.startsWith('HTTP/1.1 408')) {
      socket.destroy()
      return
    }
    received += chunk
    const headEnd = received.indexOf(HEAD_END)
    if (headEnd === -1 || !isWhole(received, headEnd)) return
    const answered = waiting
    const status = Number(received.slice(9, 12))
    const body = received.slice(headEnd + HEAD_END.length)
    received = ''
    waiting = undefined
    answered?.(status, body)
  })
  let isOpen = true
  socket.on('close', () => {
    isOpen = false
    waiting?.(0, 'the connection was closed')
  })
  socket.on('error', () => undefined)

  return {
    isOpen: () => isOpen,
    ask(request, answered) {
      waiting = answered
      socket.write(request, 'latin1')
    },
    close: () => socket.destroy(),
  }
}

function isWhole(received: string, headEnd: number): boolean {
  const head = received.slice(0, headEnd)
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length !== undefined) return received.length - headEnd - HEAD_END.length >= Number(length)
  return !/\r\ntransfer-encoding: *chunked/i.test(head) || received.endsWith(LAST_CHUNK)
}
