import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Stands in for a carrier of text messages that takes everything and does nothing. */
const server = createServer((request, response) => {
  request.resume().once('end', () => response.end())
})
server.keepAliveTimeout = 600_000
process.on('SIGTERM', () => process.exit(0))
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})
