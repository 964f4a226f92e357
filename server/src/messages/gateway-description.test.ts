import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { gatewayDescription } from './index.ts'

const ROOT = join(import.meta.dirname, '../../..')
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

const file = z.object({ gateways: z.record(z.string(), z.record(z.string(), z.unknown())) })

test.each(['docs/guide/sms-bridge.md', 'README.md', 'README.zh.md'])(
  'the gateways that %s writes down are taken',
  (page) => {
    const yaml = /^```yaml\n(gateways:.*?)^```$/ms.exec(readFileSync(join(ROOT, page), 'utf8'))?.[1] ?? ''
    const { gateways } = file.parse(parse(yaml.replaceAll(/\$\{\w+\}/g, SECRET)))

    for (const gateway of Object.values(gateways)) {
      expect(gatewayDescription.safeParse(gateway).error).toBeUndefined()
    }
  },
)

test('every field of every kind is explained in a sentence', () => {
  for (const { shape } of gatewayDescription.options) {
    const fields = Object.entries(shape).map(
      ([name, field]) => [name, z.toJSONSchema(field, { io: 'input' })] as const,
    )
    expect(fields.length).toBeGreaterThan(3)
    for (const [name, { description }] of fields) expect(`${name}: ${description}`).toMatch(/: .+[.]$/)
  }
})
