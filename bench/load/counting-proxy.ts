import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import type { Counts } from '../counts.ts'

/** What went through a proxy to PostgreSQL. */
export interface CountingProxy {
  readonly url: string
  counts(): Omit<Counts, 'bytes'>
  close(): void
}

const COMMAND_COMPLETE = 0x43
const HEAD_BYTES = 5

/**
 * Stands between a server and PostgreSQL and reads the answers as they pass. A round trip is what is sent after
 * something was received: several statements that are sent together are one.
 *
 * @param database `postgres://user:password@host:port/name`, without TLS
 */
export async function openCountingProxy(database: string): Promise<CountingProxy> {
  const target = new URL(database)
  const counts = { statements: 0, roundTrips: 0, flushes: 0, rows: 0 }
  const proxy = createServer({ noDelay: true }, (client) => {
    const server = connect({ host: target.hostname, port: Number(target.port), noDelay: true })
    const read = answerReader((tag) => {
      counts.statements += 1
      if (tag.startsWith('COMMIT')) counts.flushes += 1
      if (/^(?:INSERT|UPDATE|DELETE)/.test(tag)) counts.rows += Number(/\d+$/.exec(tag)?.[0] ?? 0)
    })
    let isAnswered = true
    client.on('data', (bytes) => {
      if (isAnswered) counts.roundTrips += 1
      isAnswered = false
      server.write(bytes)
    })
    server.on('data', (bytes: Buffer) => {
      isAnswered = true
      read(bytes)
      client.write(bytes)
    })
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => other.destroy()).on('close', () => other.destroy())
    }
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const url = new URL(database)
  url.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`
  return { url: url.href, counts: () => ({ ...counts }), close: () => proxy.close() }
}

/** Every answer is a letter, a length that includes itself, and so much more. */
function answerReader(onComplete: (tag: string) => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    while (rest.length >= HEAD_BYTES) {
      const end = 1 + rest.readUInt32BE(1)
      if (rest.length < end) return
      if (rest[0] === COMMAND_COMPLETE) onComplete(rest.toString('latin1', HEAD_BYTES, end - 1))
      rest = rest.subarray(end)
    }
  }
}
