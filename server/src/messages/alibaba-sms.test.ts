import dysmsapi, { SendSmsRequest } from '@alicloud/dysmsapi20170525'
import { describe, expect, test } from 'vitest'
import { openOutboundLane } from '../platform/outbound/outbound.ts'
import { pinnedConfig, withoutKeysOrigin } from '../testing/alibaba-sdk.ts'
import { codeMessage } from '../testing/code-message.ts'
import { outcomeOfReply, startVendor, testFaults, type GatewayUnderTest } from '../testing/sms-vendor.ts'
import { standingClock } from '../testing/test-clock.ts'
import { signAcs3 } from './alibaba-call.ts'
import { alibabaSmsSettings, openAlibabaSmsGateway } from './alibaba-sms.ts'
import type { CodeMessage } from './message.ts'

const KEY = { id: 'LTAI5tExample', secret: 'Wb7gExampleSecretOfTheAccessKey' }
const SETTINGS = {
  access_key_id: KEY.id,
  access_key_secret: KEY.secret,
  sign_name: '示例应用',
  templates: { default: { zh: 'SMS_153055065' } },
}
const OK = { body: { Code: 'OK', Message: 'OK', BizId: '9006197469364984400', RequestId: 'F655A8D5' } }

function open(endpoint: string, differences: object = {}) {
  return openAlibabaSmsGateway(
    { clock: standingClock(), outbound: openOutboundLane(1) },
    alibabaSmsSettings.parse({ ...SETTINGS, endpoint, ...differences }),
  )
}

const gateway: GatewayUnderTest = {
  open: (deps, endpoint) => openAlibabaSmsGateway(deps, alibabaSmsSettings.parse({ ...SETTINGS, endpoint })),
  secrets: [KEY.secret, KEY.id],
  taken: OK,
  refusing: (code) => ({ body: { Code: code, Message: `${code} for 13800138000`, RequestId: 'F655A8D5' } }),
}

testFaults(gateway)

test('a message is one POST whose query the published example has as well', async (t) => {
  const vendor = await startVendor(t, OK)
  const message = codeMessage()

  expect(await open(vendor.endpoint).send(message)).toEqual({ result: 'sent' })

  const { method, path, headers, body } = vendor.request
  const url = new URL(path, vendor.url)
  expect([method, url.pathname, body]).toEqual(['POST', '/', ''])
  expect(Object.fromEntries(url.searchParams)).toEqual({
    OutId: message.id,
    PhoneNumbers: '13800138000',
    SignName: '示例应用',
    TemplateCode: 'SMS_153055065',
    TemplateParam: '{"code":"232326"}',
  })
  expect(headers).toMatchObject({
    'x-acs-action': 'SendSms',
    'x-acs-version': '2017-05-25',
    'x-acs-date': '2026-01-05T08:00:00Z',
    'x-acs-signature-nonce': message.id,
    'x-acs-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  })
})

describe('the signature', () => {
  test("is the one of the vendor's published example", () => {
    const url = new URL('https://ecs.cn-shanghai.aliyuncs.com/')
    url.search = 'ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai'

    const authorization = signAcs3(
      { id: 'YourAccessKeyId', secret: 'YourAccessKeySecret' },
      {
        url,
        headers: {
          host: url.host,
          'x-acs-action': 'RunInstances',
          'x-acs-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
          'x-acs-date': '2023-10-26T10:22:32Z',
          'x-acs-signature-nonce': '3156853299f313e23d1673dc12e1703d',
          'x-acs-version': '2014-05-26',
        },
      },
    )

    expect(authorization).toBe(
      'ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0',
    )
  })

  test("agrees with the vendor's SDK about the same message at the same time", async (t) => {
    const vendor = await startVendor(t, OK)
    const message = codeMessage({ verifyCode: `2'3(2)3*2!6 ~%é验` })
    await open(vendor.endpoint).send(message)
    const ours = vendor.requests.splice(0)[0]

    await sendBySdk(vendor.url.host, message)

    const theirs = vendor.request
    const parametersOf = (path = '') => Object.fromEntries(new URL(path, vendor.url).searchParams)
    expect(parametersOf(ours?.path)).toEqual(parametersOf(theirs.path))
    expect(ours?.headers.authorization).toBe(theirs.headers.authorization)
    expect(ours?.headers.authorization).toMatch(/^ACS3-HMAC-SHA256 Credential=LTAI5tExample,/)
  })

  test.for<[string, Partial<CodeMessage>, string]>([
    ['code', { verifyCode: '232327' }, KEY.secret],
    ['nonce', { id: 'another-nonce' }, KEY.secret],
    ['number', { to: { channel: 'sms', value: '+86-13800138001' } }, KEY.secret],
    ['key', {}, 'another'],
  ])('does not agree when the %s is another', async ([, differences, secret], t) => {
    const vendor = await startVendor(t, OK)
    const message = codeMessage()
    await open(vendor.endpoint, { access_key_secret: secret }).send({ ...message, ...differences })
    const ours = vendor.requests.splice(0)[0]

    await sendBySdk(vendor.url.host, message)

    expect(ours?.headers.authorization).not.toBe(vendor.request.headers.authorization)
  })
})

async function sendBySdk(host: string, { id: nonce, verifyCode: code }: CodeMessage): Promise<void> {
  const Client = 'default' in dysmsapi ? dysmsapi.default : dysmsapi
  const config = pinnedConfig({
    accessKeyId: KEY.id,
    accessKeySecret: KEY.secret,
    host,
    date: '2026-01-05T08:00:00Z',
    nonce,
  })
  const client = await withoutKeysOrigin(new Client(config))
  await client.sendSms(
    new SendSmsRequest({
      phoneNumbers: '13800138000',
      signName: '示例应用',
      templateCode: 'SMS_153055065',
      templateParam: JSON.stringify({ code }),
      outId: nonce,
    }),
  )
}

test.for([
  ['+86-13800138000', '13800138000'],
  ['+852-51234567', '85251234567'],
  ['+1-2015550123', '12015550123'],
] as const)('the number %s is written as %s', async ([value, written], t) => {
  const vendor = await startVendor(t, OK)

  await open(vendor.endpoint).send(codeMessage({ to: { channel: 'sms', value } }))

  expect(new URL(vendor.request.path, vendor.url).searchParams.get('PhoneNumbers')).toBe(written)
})

test.for([
  [200, 'isv.SMS_SIGNATURE_ILLEGAL', 'failed', 'isv.SMS_SIGNATURE_ILLEGAL'],
  [200, 'isv.SMS_TEMPLATE_ILLEGAL', 'failed', 'isv.SMS_TEMPLATE_ILLEGAL'],
  [200, 'isv.BUSINESS_LIMIT_CONTROL', 'failed', 'isv.BUSINESS_LIMIT_CONTROL'],
  [200, 'isv.DAY_LIMIT_CONTROL', 'failed', 'isv.DAY_LIMIT_CONTROL'],
  [200, 'isv.BLACK_KEY_CONTROL_LIMIT', 'failed', 'isv.BLACK_KEY_CONTROL_LIMIT'],
  [200, 'isv.OUT_OF_SERVICE', 'failed', 'isv.OUT_OF_SERVICE'],
  [200, 'isv.AMOUNT_NOT_ENOUGH', 'failed', 'isv.AMOUNT_NOT_ENOUGH'],
  [200, 'isv.MOBILE_NUMBER_ILLEGAL', 'failed', 'isv.MOBILE_NUMBER_ILLEGAL'],
  [400, 'isv.INVALID_PARAMETERS', 'failed', 'isv.INVALID_PARAMETERS'],
  [200, 'isp.RAM_PERMISSION_DENY', 'failed', 'isp.RAM_PERMISSION_DENY'],
  [403, 'Forbidden.RAM', 'failed', 'Forbidden.RAM'],
  [404, 'InvalidAccessKeyId.NotFound', 'failed', 'InvalidAccessKeyId.NotFound'],
  [400, 'SignatureDoesNotMatch', 'failed', 'SignatureDoesNotMatch'],
  [400, 'SignatureNonceUsed', 'unknown', 'SignatureNonceUsed'],
  [400, 'MissingPhoneNumbers', 'failed', 'MissingPhoneNumbers'],
  [400, 'Throttling.User', 'failed', 'Throttling.User'],
  [400, 'InvalidTimeStamp.Expired', 'failed', 'the clocks differ: InvalidTimeStamp.Expired'],
  [400, 'IllegalTimestamp', 'failed', 'the clocks differ: IllegalTimestamp'],
  [200, 'isp.SYSTEM_ERROR', 'unknown', 'isp.SYSTEM_ERROR'],
  [200, 'isp.GATEWAY_ERROR', 'unknown', 'isp.GATEWAY_ERROR'],
  [400, 'InternalError', 'unknown', 'InternalError'],
  [500, 'InternalError', 'unknown', 'answer 500'],
  [503, 'ServiceUnavailable', 'unknown', 'answer 503'],
  [503, 'isv.SMS_TEMPLATE_ILLEGAL', 'unknown', 'answer 503'],
  [200, 'SomethingNew', 'unknown', 'an error code that is not known'],
  [400, 'OK', 'unknown', 'answer 400'],
] as const)('status %i with %s is %s', async ([status, code, result, because], t) => {
  expect(await outcomeOfReply(t, gateway, { ...gateway.refusing(code), status })).toEqual({ result, because })
})

test('a message for which there is no template is not sent, and can be known not to be before', async (t) => {
  const vendor = await startVendor(t, OK)
  const message = codeMessage({ language: 'en' })

  expect(open(vendor.endpoint).canCarry?.(message)).toBe(false)
  expect(await open(vendor.endpoint).send(message)).toMatchObject({ result: 'failed' })
  expect(open(vendor.endpoint).canCarry?.(codeMessage())).toBe(true)
  expect(vendor.requests).toEqual([])
})

test('the variables of a template go by the names that the operator says', async (t) => {
  const vendor = await startVendor(t, OK)
  const parameters = { number: 'code', time: 'minutes', product: 'application' }

  await open(vendor.endpoint, { parameters }).send(codeMessage())

  expect(new URL(vendor.request.path, vendor.url).searchParams.get('TemplateParam')).toBe(
    '{"number":"232326","time":"5","product":"示例应用"}',
  )
})
