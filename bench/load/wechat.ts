import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Stands in for WeChat without latency: whoever comes with the code X has the openid oX. */
const server = createServer((request, response) => {
  const code = new URL(request.url ?? '/', 'http://wechat').searchParams.get('js_code') ?? ''
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ session_key: 'c2Vzc2lvbiBrZXkgYmVuY2g=', openid: `o${code}` }))
})
server.keepAliveTimeout = 600_000
process.on('SIGTERM', () => process.exit(0))
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})
