import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { systemClock } from '../platform/clock.ts'
import { openOutboundLane } from '../platform/outbound/outbound.ts'
import { isSecretField } from '../platform/secret-field.ts'
import { alibabaPnvsSettings, openAlibabaPnvsGateway } from './alibaba-pnvs.ts'
import { alibabaSmsSettings, openAlibabaSmsGateway } from './alibaba-sms.ts'
import { huaweiSmsSettings, openHuaweiSmsGateway } from './huawei-sms.ts'
import type { Gateway } from './message.ts'
import { openTencentSmsGateway, tencentSmsSettings } from './tencent-sms.ts'
import { openTwilioSmsGateway, twilioSmsSettings } from './twilio-sms.ts'
import type { GatewayDeps } from './gateway-kind.ts'

const deps: GatewayDeps = { clock: systemClock, outbound: openOutboundLane(1) }

interface Vendor {
  readonly schema: z.ZodObject
  readonly least: Record<string, unknown>
  readonly secrets: readonly string[]
  readonly host: string
  open(settings: Record<string, unknown>): Gateway
}

function vendor<Schema extends z.ZodObject>(
  schema: Schema,
  open: (deps: GatewayDeps, settings: z.output<Schema>) => Gateway,
  about: Pick<Vendor, 'least' | 'secrets' | 'host'>,
): Vendor {
  return {
    schema,
    ...about,
    // What stands in a setting is seen by the gateway as it is, past the schema.
    open: (settings) => open(deps, { ...schema.parse(about.least), ...settings }),
  }
}

const templates = { default: 'SMS_1' }
const VENDORS: Readonly<Record<string, Vendor>> = {
  'alibaba-sms': vendor(alibabaSmsSettings, openAlibabaSmsGateway, {
    least: { access_key_id: 'id', access_key_secret: 'secret', sign_name: '示例', templates },
    secrets: ['access_key_id', 'access_key_secret'],
    host: 'dysmsapi.aliyuncs.com',
  }),
  'alibaba-pnvs': vendor(alibabaPnvsSettings, openAlibabaPnvsGateway, {
    least: { access_key_id: 'id', access_key_secret: 'secret', sign_name: '示例', templates },
    secrets: ['access_key_id', 'access_key_secret'],
    host: 'dypnsapi.aliyuncs.com',
  }),
  'tencent-sms': vendor(tencentSmsSettings, openTencentSmsGateway, {
    least: { secret_id: 'id', secret_key: 'secret', sdk_app_id: 1400006666, templates },
    secrets: ['secret_id', 'secret_key'],
    host: 'sms.tencentcloudapi.com',
  }),
  'huawei-sms': vendor(huaweiSmsSettings, openHuaweiSmsGateway, {
    least: { app_key: 'id', app_secret: 'secret', sender: 8823040504797, templates },
    secrets: ['app_key', 'app_secret'],
    host: 'smsapi.cn-north-4.myhuaweicloud.com',
  }),
  'twilio-sms': vendor(twilioSmsSettings, openTwilioSmsGateway, {
    least: { account_sid: `AC${'0'.repeat(32)}`, secret: 'secret', from: '+15005550006' },
    secrets: ['secret'],
    host: 'api.twilio.com',
  }),
}

describe.for(Object.entries(VENDORS))('the settings of %s', ([, { schema, least, secrets, host, open }]) => {
  test('say what each of them is for, in a sentence, and which are secret', () => {
    const fields = Object.entries<z.ZodType>(schema.shape)

    for (const [, field] of fields) expect(field.description).toMatch(/^[A-Z].*\.$/)
    expect(fields.filter(([, field]) => isSecretField(field)).map(([name]) => name)).toEqual(secrets)
  })

  test('can be written into a reference', () => {
    expect(z.toJSONSchema(schema, { io: 'input' })).toMatchObject({ type: 'object' })
  })

  test('need little, ask the vendor itself, and read the same when they were stored', () => {
    const settings = schema.parse(least)

    expect(settings['endpoint']).toBe(`https://${host}`)
    expect(schema.parse(settings)).toEqual(settings)
    expect(open({}).channel).toBe('sms')
  })

  test.for(Object.keys(least))('do not do without %s', (name) => {
    expect(schema.safeParse({ ...least, [name]: undefined }).success).toBe(false)
  })

  test('name nothing that is not known', () => {
    expect(schema.safeParse({ ...least, danger_plaintext: true }).success).toBe(false)
  })

  test.for([
    'http://sms.example.com',
    'ftp://sms.example.com',
    'sms.example.com',
    'https://user:pa55word@sms.example.com',
    'https://sms.example.com/path',
    'https://sms.example.com/?a=b',
    'https://sms.example.com/#a',
    'http://localhost.example.com',
    '',
  ])('do not take the endpoint %s, nor does the gateway', (endpoint) => {
    expect(schema.safeParse({ ...least, endpoint }).success).toBe(false)
    expect(() => open({ endpoint })).toThrow(
      expect.objectContaining({ name: 'StartError', message: expect.not.stringContaining('example') }),
    )
  })

  test.for([
    'https://sms.example.com',
    'https://sms.example.com:443/',
    'http://127.0.0.1:8080',
    'http://[::1]',
  ])('take the endpoint %s', (endpoint) => {
    expect(schema.safeParse({ ...least, endpoint }).success).toBe(true)
    expect(() => open({ endpoint })).not.toThrow()
  })

  test.for(
    secrets.flatMap((name) =>
      ['pa55word\n', ' pa55word', 'pa55 word', 'pa55wörd', ''].map((bad) => [name, bad] as const),
    ),
  )('with a %s of %j do not open, and do not show it', ([name, bad]) => {
    expect(() => open({ [name]: bad })).toThrow(
      expect.objectContaining({
        name: 'StartError',
        message: expect.stringMatching(new RegExp(`^The ${name} of (?!.*pa55)`)),
      }),
    )
  })
})

test.for(['alibaba-sms', 'alibaba-pnvs', 'tencent-sms', 'huawei-sms'])(
  'the signature of %s is the bare name',
  (name) => {
    const { schema, least } = VENDORS[name] ?? expect.fail()
    const isTaken = (sign_name: string) => schema.safeParse({ ...least, sign_name }).success

    expect(['示例应用', 'Demo', '一'.repeat(40)].map(isTaken)).toEqual([true, true, true])
    expect(['【示例应用】', '示例 应用', '\ud800', '', '一'.repeat(41)].filter(isTaken)).toEqual([])
  },
)

test('a region of Tencent is one', () => {
  const isTaken = (region: string) =>
    tencentSmsSettings.safeParse({ ...VENDORS['tencent-sms']?.least, region }).success

  expect(['ap-guangzhou', 'ap-singapore'].map(isTaken)).toEqual([true, true])
  expect(['', 'Guangzhou', 'ap-guangzhou\r\nx: y'].map(isTaken)).toEqual([false, false, false])
})
