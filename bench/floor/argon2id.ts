import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { matchesHash } from '../../server/src/credentials/password-hash.ts'
import { demoUser } from '../../server/src/development/demo.ts'

/** One comparison for each request, and nothing else: no login by password can be quicker. */
const stored = { hash: demoUser.passwordHash, kind: 'own' } as const
const server = createServer((request, response) => {
  request.resume()
  void matchesHash(demoUser.password, stored).then((isRight) => {
    response.statusCode = isRight ? 200 : 500
    response.end()
  })
})
process.on('SIGTERM', () => process.exit(0))
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})
