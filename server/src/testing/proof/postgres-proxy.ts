import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** What happens to one message on its way to PostgreSQL. */
export interface Fault {
  /** Counted from 1, over all connections, from the moment when the fault is set. */
  readonly atMessage: number
  /**
   * - `kill before`: `kill` is called, and the message goes no further.
   * - `kill after`: PostgreSQL gets it; `kill` is called in place of passing its answer on.
   * - `cut before`: the connection breaks, and PostgreSQL never sees the message.
   * - `cut after`: PostgreSQL gets it; the connection breaks in place of its answer.
   * - `stall before`, `stall after`: likewise, but the connection stays open and silent.
   */
  readonly kind: 'kill before' | 'kill after' | 'cut before' | 'cut after' | 'stall before' | 'stall after'
  readonly kill?: () => void
}

/** Stands between a server and PostgreSQL, and knows where one message of the protocol ends. */
export interface PostgresProxy {
  /** As the database's own, with the proxy's port. */
  readonly url: string
  /** Counts anew from here, and does this to one of the messages. */
  expectFault(fault: Fault): void
  /** Lets everything pass again. @returns the types of the messages since the fault was set, in order */
  heal(): readonly string[]
  close(): Promise<void>
}

const TYPE_AND_LENGTH = 5

/**
 * @param databaseUrl `postgres://…` of the real one
 * @see PostgreSQL documentation, "Message Formats": a type byte and a length that counts itself; the first
 *   message of a connection has no type
 */
export async function startPostgresProxy(databaseUrl: string): Promise<PostgresProxy> {
  const target = new URL(databaseUrl)
  const open = new Set<Socket>()
  let fault: Fault | undefined
  let seen: string[] = []

  const server = createServer((client) => {
    const database = connect(Number(target.port), target.hostname)
    // Silent: as if the network were gone. Mute: answers are kept back, and an end is still told.
    let isSilent = false
    let isMute = false
    let isFirst = true
    let held = Buffer.alloc(0)
    for (const socket of [client, database]) {
      open.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        open.delete(socket)
        if (isSilent) return
        client.destroy()
        database.destroy()
      })
    }
    const cut = (): void => {
      client.destroy()
      database.destroy()
    }

    client.on('data', (bytes: Buffer) => {
      held = Buffer.concat([held, bytes])
      for (let message = take(); message !== undefined; message = take()) if (!pass(message)) return
    })
    database.on('data', (bytes: Buffer) => {
      if (!isSilent && !isMute) client.write(bytes)
    })

    function take(): Buffer | undefined {
      const header = isFirst ? TYPE_AND_LENGTH - 1 : TYPE_AND_LENGTH
      if (held.length < header) return undefined
      const length = isFirst ? held.readInt32BE(0) : held.readInt32BE(1) + 1
      if (held.length < length) return undefined
      const message = held.subarray(0, length)
      held = held.subarray(length)
      return message
    }

    /** @returns whether the connection lives on */
    function pass(message: Buffer): boolean {
      const type = isFirst ? 'startup' : String.fromCharCode(message[0] ?? 0)
      isFirst = false
      if (isSilent) return true
      if (fault !== undefined) seen.push(type)
      if (fault === undefined || seen.length !== fault.atMessage) {
        database.write(message)
        return true
      }
      switch (fault.kind) {
        case 'kill before':
          fault.kill?.()
          return false
        case 'kill after':
          isMute = true
          database.write(message)
          database.once('data', () => fault?.kill?.())
          return false
        case 'cut before':
          cut()
          return false
        case 'cut after':
          isSilent = true
          database.write(message)
          // Its answer shows that PostgreSQL has worked on it; some messages are answered by none.
          database.once('data', cut)
          setTimeout(cut, 30)
          return false
        case 'stall before':
          isSilent = true
          return false
        case 'stall after':
          isSilent = true
          database.write(message)
          return false
      }
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  const own = new URL(databaseUrl)
  own.port = String(address.port)

  return {
    url: own.href,
    expectFault(expected) {
      fault = expected
      seen = []
    },
    heal() {
      fault = undefined
      return seen
    },
    async close() {
      server.close()
      for (const socket of open) socket.destroy()
      await Promise.resolve()
    },
  }
}
