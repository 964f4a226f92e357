import { pino } from 'pino'
import { expect, test } from 'vitest'
import { listen } from './app.ts'
import { createHttpServer } from './platform/http/http-server.ts'

test('nobody comes in by a second address of a name, which would have nothing in front of it', async (t) => {
  const app = createHttpServer({ log: pino({ enabled: false }), trustedProxies: [] })
  t.onTestFinished(() => app.close())

  await listen(app, 'localhost', 0)

  expect(app.addresses()).toHaveLength(1)
})
