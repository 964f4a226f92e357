import { Agent } from 'node:http'
import { sms } from 'tencentcloud-sdk-nodejs-sms'
import { expect, test, vi, type TestContext } from 'vitest'
import { openOutboundLane, type Outbound } from '../platform/outbound/outbound.ts'
import { codeMessage } from '../testing/code-message.ts'
import { outcomeOfReply, startVendor, testFaults, type GatewayUnderTest } from '../testing/sms-vendor.ts'
import { standingClock } from '../testing/test-clock.ts'
import type { CodeMessage } from './message.ts'
import { openTencentSmsGateway, tencentSmsSettings } from './tencent-sms.ts'

const SETTINGS = {
  secret_id: 'AKIDExampleExampleExample',
  secret_key: 'Gu5tExampleExampleExample',
  sdk_app_id: 1400006666,
  sign_name: '腾讯云',
  templates: { BIND_MOBILE_SMS: { zh: 1234, en: '5678' }, default: { zh: '9999' } },
}
const STATUS = {
  SerialNo: '5000:1045710669157053657849499619',
  PhoneNumber: '+8613800138000',
  Fee: 1,
  SessionContext: 'test',
  Code: 'Ok',
  Message: 'send success',
  IsoCode: 'CN',
}
const OK = { body: { Response: { SendStatusSet: [STATUS], RequestId: 'a0aabda6' } } }

function open(endpoint: string, differences: object = {}, outbound: Outbound = openOutboundLane(1)) {
  return openTencentSmsGateway(
    { clock: standingClock(), outbound },
    tencentSmsSettings.parse({ ...SETTINGS, endpoint, ...differences }),
  )
}

const gateway: GatewayUnderTest = {
  open: (deps, endpoint) => openTencentSmsGateway(deps, tencentSmsSettings.parse({ ...SETTINGS, endpoint })),
  secrets: [SETTINGS.secret_key, SETTINGS.secret_id],
  taken: OK,
  refusing: (code) => ({ body: { Response: { SendStatusSet: [{ ...STATUS, Code: code, Message: code }] } } }),
}

testFaults(gateway)

test('a message is one POST that has the shape of the published example', async (t) => {
  const vendor = await startVendor(t, OK)
  const message = codeMessage()

  expect(await open(vendor.endpoint).send(message)).toEqual({ result: 'sent' })

  const { method, path, headers, body } = vendor.request
  expect([method, path]).toEqual(['POST', '/'])
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'x-tc-action': 'SendSms',
    'x-tc-version': '2021-01-11',
    'x-tc-region': 'ap-guangzhou',
    'x-tc-timestamp': String(Date.UTC(2026, 0, 5, 8, 0, 0) / 1000),
  })
  expect(JSON.parse(body)).toEqual({
    PhoneNumberSet: ['+8613800138000'],
    SmsSdkAppId: '1400006666',
    TemplateId: '1234',
    SignName: '腾讯云',
    TemplateParamSet: ['232326', '5'],
    SessionContext: message.id,
  })
})

test("body and signature are those of the vendor's SDK, which leaves the port out of the host", async (t) => {
  const vendor = await startVendor(t, OK)
  const message = codeMessage()
  const ours = await sendAsSmsLocalhost(vendor, message)

  await sendBySdk(t, vendor, message)

  expect(ours.body).toBe(vendor.request.body)
  expect(ours.headers.authorization).toBe(vendor.request.headers.authorization)
  expect(ours.headers.authorization).toMatch(
    /^TC3-HMAC-SHA256 Credential=AKIDExampleExampleExample\/2026-01-05\/sms\/tc3_request, SignedHeaders=content-type;host, /,
  )
  for (const name of ['content-type', 'x-tc-action', 'x-tc-version', 'x-tc-region', 'x-tc-timestamp']) {
    expect(ours.headers[name]).toBe(vendor.request.headers[name])
  }
})

test.for<[string, object, Partial<CodeMessage>]>([
  ['code', {}, { verifyCode: '232327' }],
  ['key', { secret_key: 'another' }, {}],
])('another %s makes another signature', async ([, settings, difference], t) => {
  const vendor = await startVendor(t, OK)
  const message = codeMessage()
  const ours = await sendAsSmsLocalhost(vendor, { ...message, ...difference }, settings)

  await sendBySdk(t, vendor, message)

  expect(ours.headers.authorization).not.toBe(vendor.request.headers.authorization)
})

type Vendor = Awaited<ReturnType<typeof startVendor>>

/** The SDK takes the service's name from its host, so both are sent to `sms.localhost`, which is this machine. */
async function sendAsSmsLocalhost(vendor: Vendor, message: CodeMessage, settings = {}) {
  const lane = openOutboundLane(1)
  const outbound: Outbound = (request) => lane({ ...request, url: new URL('/', vendor.url) })
  await open(`http://sms.localhost:${vendor.url.port}`, settings, outbound).send(message)
  const { request } = vendor
  vendor.requests.splice(0)
  return request
}

/** Over plain HTTP, at the time at which our clock stands. */
async function sendBySdk(t: TestContext, vendor: Vendor, message: CodeMessage): Promise<void> {
  vi.useFakeTimers({ toFake: ['Date'], now: standingClock().now() })
  t.onTestFinished(() => void vi.useRealTimers())
  const agent = new Agent({
    lookup: (_, options, found) =>
      options.all === true ? found(null, [{ address: '127.0.0.1', family: 4 }]) : found(null, '127.0.0.1', 4),
  })
  const client = new sms.v20210111.Client({
    credential: { secretId: SETTINGS.secret_id, secretKey: SETTINGS.secret_key },
    region: 'ap-guangzhou',
    profile: {
      httpProfile: { protocol: 'http://', endpoint: `sms.localhost:${vendor.url.port}`, agent },
    },
  })
  await client.SendSms({
    PhoneNumberSet: ['+8613800138000'],
    SmsSdkAppId: '1400006666',
    TemplateId: '1234',
    SignName: '腾讯云',
    TemplateParamSet: [message.verifyCode, '5'],
    SessionContext: message.id,
  })
}

test.for([
  ['+86-13800138000', '+8613800138000'],
  ['+852-51234567', '+85251234567'],
] as const)('the number %s is written as %s', async ([value, written], t) => {
  const vendor = await startVendor(t, OK)

  await open(vendor.endpoint).send(codeMessage({ to: { channel: 'sms', value } }))

  expect(JSON.parse(vendor.request.body)).toMatchObject({ PhoneNumberSet: [written] })
})

const CODES = [
  ['FailedOperation.SignatureIncorrectOrUnapproved', 'failed'],
  ['FailedOperation.TemplateIncorrectOrUnapproved', 'failed'],
  ['FailedOperation.PhoneNumberInBlacklist', 'failed'],
  ['FailedOperation.InsufficientBalanceInSmsPackage', 'failed'],
  ['LimitExceeded.PhoneNumberThirtySecondLimit', 'failed'],
  ['LimitExceeded.DeliveryFrequencyLimit', 'failed'],
  ['RequestLimitExceeded', 'failed'],
  ['InvalidParameterValue.IncorrectPhoneNumber', 'failed'],
  ['MissingParameter', 'failed'],
  ['UnauthorizedOperation.SerivceSuspendDueToArrears', 'failed'],
  ['UnsupportedOperation.UnsuportedRegion', 'failed'],
  ['AuthFailure.SignatureFailure', 'failed'],
  ['AuthFailure.SecretIdNotFound', 'failed'],
  ['InternalError.SigVerificationFail', 'failed'],
  ['IpNotInWhitelist', 'failed'],
  ['InternalError', 'unknown'],
  ['InternalError.Timeout', 'unknown'],
  ['InternalError.SendAndRecvFail', 'unknown'],
  ['InternalError.OtherError', 'unknown'],
  ['FailedOperation', 'unknown'],
  ['FailedOperation.OtherError', 'unknown'],
  ['FailedOperation.ParametersOtherError', 'unknown'],
] as const

test.for(CODES)('of the number, %s is %s', async ([code, result], t) => {
  expect(await outcomeOfReply(t, gateway, gateway.refusing(code))).toEqual({ result, because: code })
})

test.for(CODES)('of the whole request, %s is %s', async ([code, result], t) => {
  const body = { Response: { Error: { Code: code, Message: 'to +8613800138000' }, RequestId: 'a0aabda6' } }

  expect(await outcomeOfReply(t, gateway, { body })).toEqual({ result, because: code })
})

test('a code that nobody knows is not shown', async (t) => {
  expect(await outcomeOfReply(t, gateway, gateway.refusing('SomethingNew'))).toEqual({
    result: 'unknown',
    because: 'an error code that is not known',
  })
})

test.for(['AuthFailure.SignatureExpire', 'InternalError.RequestTimeException'])(
  '%s says that the clock is wrong',
  async (code, t) => {
    expect(await outcomeOfReply(t, gateway, gateway.refusing(code))).toEqual({
      result: 'failed',
      because: `the clocks differ: ${code}`,
    })
  },
)

test.for([
  ['no number', []],
  ['two', [STATUS, STATUS]],
])('an answer about %s is not believed', async ([, statuses], t) => {
  const body = { Response: { SendStatusSet: statuses } }

  expect(await outcomeOfReply(t, gateway, { body })).toEqual({ result: 'unknown', because: 'answer 200' })
})

test('a message for which there is no template is not sent, and can be known not to be before', async (t) => {
  const vendor = await startVendor(t, OK)
  const message = codeMessage({ purpose: 'REGISTER_MOBILE_SMS', language: 'en' })

  expect(open(vendor.endpoint).canCarry?.(message)).toBe(false)
  expect(await open(vendor.endpoint).send(message)).toMatchObject({ result: 'failed' })
  expect(open(vendor.endpoint).canCarry?.({ ...message, language: 'zh' })).toBe(true)
  expect(vendor.requests).toEqual([])
})
