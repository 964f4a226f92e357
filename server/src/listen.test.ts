import dns from 'node:dns'
import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { listen } from './app.ts'
import { createHttpServer } from './platform/http/http-server.ts'

test('nobody comes in by a second address of a name, which would have nothing in front of it', async (t) => {
  const addresses = new Map([['localhost', ['127.0.0.1', '127.0.0.2']]])
  const lookup = vi.spyOn(dns, 'lookup').mockImplementation((...asked: readonly unknown[]) => {
    const [name, answer] = [String(asked[0]), asked.at(-1)]
    const found = (addresses.get(name) ?? [name]).map((address) => ({ address, family: 4 }))
    if (typeof answer === 'function') Reflect.apply(answer, undefined, [null, found])
  })
  const app = createHttpServer({ log: pino({ enabled: false }), trustedProxies: [] })
  t.onTestFinished(async () => {
    lookup.mockRestore()
    await app.close()
  })

  await listen(app, 'localhost', 0)

  expect(app.addresses()).toHaveLength(1)
})
