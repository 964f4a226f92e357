import { connect, type Socket } from 'node:net'

/** What came back, read off the wire. */
export interface RawReply {
  readonly httpStatus: number
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly text: string
}

export interface RawRequest {
  readonly method: string
  /** Written as it is, encoded or not. */
  readonly path: string
  /** Written as they are and in this order; a name may come twice. Latin-1. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
  /** Goes with its `Content-Length`, unless the headers say otherwise. */
  readonly body?: string | Buffer
}

/** A request in bytes: what no client library lets a test write. The connection is for this request alone. */
export function writeRequest(request: RawRequest): Buffer {
  const { method, path, headers = [] } = request
  const body = Buffer.from(request.body ?? '')
  const names = new Set(headers.map(([name]) => name.toLowerCase()))
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...(names.has('host') ? [] : ['Host: localhost']),
    ...(names.has('connection') ? [] : ['Connection: close']),
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(request.body === undefined || names.has('content-length') || names.has('transfer-encoding')
      ? []
      : [`Content-Length: ${body.byteLength}`]),
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body])
}

/** Sends a request and reads its reply. */
export function exchangeRaw(url: string, request: RawRequest): Promise<RawReply> {
  return sendBytes(url, writeRequest(request), { hasBody: request.method !== 'HEAD' })
}

/**
 * Writes bytes on a connection of their own and reads one reply, or fails when the connection closes
 * without one.
 *
 * @param options.hasBody false for the reply to a HEAD, whose `Content-Length` counts what is not there
 * @param options.andThen what the client goes on to do on the connection while it waits
 */
export function sendBytes(
  url: string,
  bytes: Buffer | string,
  options: { readonly hasBody?: boolean; readonly andThen?: (socket: Socket) => void } = {},
): Promise<RawReply> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const received: Buffer[] = []
    const socket = connect(Number(port), hostname)
    const settle = (isOver: boolean): void => {
      const reply = readReply(Buffer.concat(received), options.hasBody ?? true)
      if (reply === undefined && !isOver) return
      socket.destroy()
      if (reply === undefined) reject(new Error('the connection closed without a reply'))
      else resolve(reply)
    }
    socket.on('data', (chunk) => {
      received.push(chunk)
      settle(false)
    })
    socket.on('close', () => settle(true))
    // A server that has said what it had to say may close while we still write.
    socket.on('error', () => settle(true))
    socket.write(bytes)
    options.andThen?.(socket)
  })
}

/** @returns `undefined` while it is not all there */
function readReply(bytes: Buffer, hasBody: boolean): RawReply | undefined {
  const headEnds = bytes.indexOf('\r\n\r\n')
  if (headEnds < 0) return undefined
  const [statusLine = '', ...headerLines] = bytes.subarray(0, headEnds).toString('latin1').split('\r\n')
  const headers = new Map(
    headerLines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
    }),
  )
  const body = bytes.subarray(headEnds + 4)
  if (hasBody && body.byteLength < Number(headers.get('content-length') ?? 0)) return undefined
  return { httpStatus: Number(statusLine.split(' ')[1]), headers, text: body.toString() }
}
