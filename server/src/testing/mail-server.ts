import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { onTestFinished } from 'vitest'

/** What a client must be told to trust when it meets the mail server below. */
export const TEST_CERTIFICATE_FILE = join(import.meta.dirname, 'tls/test-only-certificate.pem')
export const TEST_CERTIFICATE = readFileSync(TEST_CERTIFICATE_FILE, 'utf8')
export const TEST_KEY = readFileSync(new URL('tls/test-only-key.pem', import.meta.url), 'utf8')

export interface ReceivedEmail {
  readonly envelope: { readonly from: string; readonly to: readonly string[] }
  readonly email: Email
  readonly isEncrypted: boolean
}

export interface MailServer {
  readonly port: number
  readonly received: readonly ReceivedEmail[]
  readonly connections: () => number
}

/** A real mail server that accepts everything, except for what `options` change. It ends with the test. */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const received: ReceivedEmail[] = []
  let connections = 0
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: 0,
    key: TEST_KEY,
    cert: TEST_CERTIFICATE,
    onConnect(_, callback) {
      connections += 1
      callback()
    },
    onData(stream, session, callback) {
      const { mailFrom, rcptTo } = session.envelope
      const envelope = { from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address) }
      void buffer(stream)
        .then((raw) => PostalMime.parse(raw))
        .then((email) => received.push({ envelope, email, isEncrypted: session.secure }))
        .then(() => callback())
    },
    ...options,
  })
  // A client that refuses the certificate ends the handshake, which is an error to the server.
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)))
  // A server that listens on TCP has an address with a port.
  const { port } = server.server.address() as AddressInfo
  return { port, received, connections: () => connections }
}
