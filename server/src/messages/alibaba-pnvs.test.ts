import { OpenApiRequest, Params } from '@alicloud/openapi-client'
import { expect, test } from 'vitest'
import { openOutboundLane } from '../platform/outbound/outbound.ts'
import { OpenApiClient, pinnedConfig, withoutKeysOrigin } from '../testing/alibaba-sdk.ts'
import { codeMessage } from '../testing/code-message.ts'
import { outcomeOfReply, startVendor, testFaults, type GatewayUnderTest } from '../testing/sms-vendor.ts'
import { standingClock } from '../testing/test-clock.ts'
import { alibabaPnvsSettings, openAlibabaPnvsGateway } from './alibaba-pnvs.ts'
import type { CodeMessage } from './message.ts'

const SETTINGS = {
  access_key_id: 'LTAI5tExample',
  access_key_secret: 'Wb7gExampleSecretOfTheAccessKey',
  sign_name: '速通互联验证码',
  templates: { BIND_MOBILE_SMS: 100001 },
}
const OK = {
  body: {
    Code: 'OK',
    Message: '成功',
    Success: true,
    RequestId: '8F3E8C5D',
    Model: { BizId: '112231421412414124123^4', OutId: 'x', RequestId: 'a3671ccf' },
  },
}

function open(endpoint: string, differences: object = {}) {
  return openAlibabaPnvsGateway(
    { clock: standingClock(), outbound: openOutboundLane(1) },
    alibabaPnvsSettings.parse({ ...SETTINGS, endpoint, ...differences }),
  )
}

const gateway: GatewayUnderTest = {
  open: (deps, endpoint) =>
    openAlibabaPnvsGateway(deps, alibabaPnvsSettings.parse({ ...SETTINGS, endpoint })),
  secrets: [SETTINGS.access_key_secret, SETTINGS.access_key_id],
  taken: OK,
  refusing: (code) => ({ body: { Code: code, Message: `${code} for 13800138000`, Success: false } }),
}

testFaults(gateway)

test('a message carries our own code, which the service neither makes nor checks', async (t) => {
  const vendor = await startVendor(t, OK)
  const message = codeMessage()

  expect(await open(vendor.endpoint).send(message)).toEqual({ result: 'sent' })

  expect(Object.fromEntries(new URL(vendor.request.path, vendor.url).searchParams)).toEqual({
    CountryCode: '86',
    Interval: '30',
    OutId: message.id,
    PhoneNumber: '13800138000',
    SignName: '速通互联验证码',
    TemplateCode: '100001',
    TemplateParam: '{"code":"232326","min":"5"}',
  })
  expect(vendor.request.headers).toMatchObject({
    'x-acs-action': 'SendSmsVerifyCode',
    'x-acs-version': '2017-05-25',
  })
})

test.for<[string, boolean, Partial<CodeMessage>, string]>([
  ['the same message', true, {}, SETTINGS.access_key_secret],
  ['another code', false, { verifyCode: '232327' }, SETTINGS.access_key_secret],
  ['another key', false, {}, 'another'],
])("for %s the vendor's SDK makes the same signature: %s", async ([, isSame, differences, secret], t) => {
  const vendor = await startVendor(t, OK)
  const message = codeMessage()
  await open(vendor.endpoint, { access_key_secret: secret }).send({ ...message, ...differences })
  const ours = vendor.requests.splice(0)[0]

  await sendBySdk(vendor.url.host, message)

  const theirs = vendor.request.headers.authorization
  expect(theirs).toMatch(/^ACS3-HMAC-SHA256 Credential=LTAI5tExample,/)
  expect(ours?.headers.authorization === theirs).toBe(isSame)
})

/** By the client that the SDK of this service is generated around. */
async function sendBySdk(host: string, { id: nonce, verifyCode }: CodeMessage): Promise<void> {
  const config = pinnedConfig({
    accessKeyId: SETTINGS.access_key_id,
    accessKeySecret: SETTINGS.access_key_secret,
    host,
    date: '2026-01-05T08:00:00Z',
    nonce,
  })
  const client = await withoutKeysOrigin(new OpenApiClient(config))
  const action = new Params({
    action: 'SendSmsVerifyCode',
    version: '2017-05-25',
    protocol: 'HTTPS',
    pathname: '/',
    method: 'POST',
    authType: 'AK',
    style: 'RPC',
    reqBodyType: 'formData',
    bodyType: 'json',
  })
  const query = {
    CountryCode: '86',
    Interval: '30',
    OutId: nonce,
    PhoneNumber: '13800138000',
    SignName: '速通互联验证码',
    TemplateCode: '100001',
    TemplateParam: JSON.stringify({ code: verifyCode, min: '5' }),
  }
  await client.callApi(action, new OpenApiRequest({ query }), { toMap: () => ({}) })
}

test('only Chinese numbers are carried', async (t) => {
  const vendor = await startVendor(t, OK)
  const message = codeMessage({ to: { channel: 'sms', value: '+852-51234567' } })

  expect(open(vendor.endpoint).canCarry?.(message)).toBe(false)
  expect(await open(vendor.endpoint).send(message)).toEqual({
    result: 'failed',
    because: 'not a Chinese number',
  })
  expect(open(vendor.endpoint).canCarry?.(codeMessage())).toBe(true)
  expect(vendor.requests).toEqual([])
})

test('a purpose without a template is not carried', async (t) => {
  const vendor = await startVendor(t, OK)
  const message = codeMessage({ purpose: 'REGISTER_MOBILE_SMS' })

  expect(open(vendor.endpoint).canCarry?.(message)).toBe(false)
  expect(await open(vendor.endpoint).send(message)).toMatchObject({ result: 'failed' })
  expect(vendor.requests).toEqual([])
})

test.for([
  [200, 'biz.FREQUENCY', 'failed', 'biz.FREQUENCY'],
  [200, 'MOBILE_NUMBER_ILLEGAL', 'failed', 'MOBILE_NUMBER_ILLEGAL'],
  [200, 'BUSINESS_LIMIT_CONTROL', 'failed', 'BUSINESS_LIMIT_CONTROL'],
  [200, 'isv.BUSINESS_LIMIT_CONTROL', 'failed', 'isv.BUSINESS_LIMIT_CONTROL'],
  [200, 'FUNCTION_NOT_OPENED', 'failed', 'FUNCTION_NOT_OPENED'],
  [200, 'INVALID_PARAMETERS', 'failed', 'INVALID_PARAMETERS'],
  [200, 'AMOUNT_NOT_ENOUGH', 'failed', 'AMOUNT_NOT_ENOUGH'],
  [403, 'NoPermission', 'failed', 'NoPermission'],
  [400, 'InvalidTimeStamp.Expired', 'failed', 'the clocks differ: InvalidTimeStamp.Expired'],
  [200, 'SYSTEM_ERROR', 'unknown', 'SYSTEM_ERROR'],
  [200, 'isp.SYSTEM_ERROR', 'unknown', 'isp.SYSTEM_ERROR'],
] as const)('status %i with %s is %s', async ([status, code, result, because], t) => {
  expect(await outcomeOfReply(t, gateway, { ...gateway.refusing(code), status })).toEqual({ result, because })
})

test('an OK that says that it was no success is not believed', async (t) => {
  const body = { ...OK.body, Success: false }

  expect(await outcomeOfReply(t, gateway, { body })).toEqual({ result: 'unknown', because: 'answer 200' })
})
