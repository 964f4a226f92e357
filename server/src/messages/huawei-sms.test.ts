import { createHash } from 'node:crypto'
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core'
import { AKSKSigner } from '@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js'
import { HcClient } from '@huaweicloud/huaweicloud-sdk-core/HcClient.js'
import { DefaultHttpClient } from '@huaweicloud/huaweicloud-sdk-core/http/DefaultHttpClient.js'
import type { IHttpRequest } from '@huaweicloud/huaweicloud-sdk-core/http/IHttpRequest.js'
import { expect, test } from 'vitest'
import { openOutboundLane } from '../platform/outbound/outbound.ts'
import { codeMessage } from '../testing/code-message.ts'
import { outcomeOfReply, startVendor, testFaults, type GatewayUnderTest } from '../testing/sms-vendor.ts'
import { standingClock } from '../testing/test-clock.ts'
import { huaweiSmsSettings, openHuaweiSmsGateway, signSdkHmac } from './huawei-sms.ts'

const KEY = { id: 'c8RWg3ggEcyd4D3p94bf3Y7x1Ile', secret: 'q4Ii87BhExample80SfD7Al' }
const SETTINGS = {
  app_key: KEY.id,
  app_secret: KEY.secret,
  sender: 8823040504797,
  sign_name: '华为云短信测试',
  templates: { default: { zh: '8ff55eac1d0b478ab3c06c3c6a492300' } },
}
const FORM = 'application/x-www-form-urlencoded'
const RESULT = {
  originTo: '+8613800138000',
  createTime: '2018-05-25T16:34:34Z',
  from: '1069031221280000001',
  smsMsgId: 'd6e3cdd0-522b-4692-8304-a07553cdf591_8539659',
  status: '000000',
}
const OK = { body: { code: '000000', description: 'Success', result: [RESULT] } }

function open(endpoint: string, differences: object = {}) {
  return openHuaweiSmsGateway(
    { clock: standingClock(), outbound: openOutboundLane(1) },
    huaweiSmsSettings.parse({ ...SETTINGS, endpoint, ...differences }),
  )
}

const gateway: GatewayUnderTest = {
  open: (deps, endpoint) => openHuaweiSmsGateway(deps, huaweiSmsSettings.parse({ ...SETTINGS, endpoint })),
  secrets: [KEY.secret, KEY.id],
  taken: OK,
  refusing: (code) => ({ body: { code, description: `${code} for +8613800138000` } }),
}

testFaults(gateway)

test('a message is one form that has the fields of the published example', async (t) => {
  const vendor = await startVendor(t, OK)

  expect(await open(vendor.endpoint).send(codeMessage())).toEqual({ result: 'sent' })

  const { method, path, headers, body } = vendor.request
  expect([method, path]).toEqual(['POST', '/sms/batchSendSms/v1'])
  expect(headers).toMatchObject({ 'content-type': FORM, 'x-sdk-date': '20260105T080000Z' })
  expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
    from: '8823040504797',
    to: '+8613800138000',
    templateId: '8ff55eac1d0b478ab3c06c3c6a492300',
    templateParas: '["232326","5"]',
    signature: '华为云短信测试',
  })
})

/** The vendor's signer for Node hashes every body as JSON; this one is a form, and is hashed as it is sent. */
class FormSigner extends AKSKSigner {
  protected static override buildPayloadHash(request: IHttpRequest): string {
    return AKSKSigner.Hex(String(request.data))
  }
}

test.for([
  ['the same body and key', KEY.secret, '', true],
  ['another body', KEY.secret, '&to=%2B8613800138001', false],
  ['another key', 'another', '', false],
] as const)(
  "for %s the vendor's signer writes the same headers: %s",
  async ([, secret, appended, isSame], t) => {
    const vendor = await startVendor(t, OK)
    await open(vendor.endpoint).send(codeMessage())
    const { path, headers, body } = vendor.request

    const signed: Record<string, unknown> = FormSigner.sign(
      {
        endpoint: new URL(path, vendor.url).href,
        method: 'POST',
        headers: { 'content-type': FORM, 'X-Sdk-Date': headers['x-sdk-date'] },
        data: body + appended,
      },
      new BasicCredentials().withAk(KEY.id).withSk(secret),
    )

    expect(signed['Authorization']).toMatch(
      /^SDK-HMAC-SHA256 Access=c8RWg3ggEcyd4D3p94bf3Y7x1Ile, SignedHeaders=content-type;host;x-sdk-date, Signature=/,
    )
    expect(headers.authorization === signed['Authorization']).toBe(isSame)
  },
)

test("what the vendor's client sends is signed as we would sign it", async (t) => {
  const vendor = await startVendor(t, OK)
  const body = 'from=8823040504797&to=%2B8613800138000'
  const sha256 = createHash('sha256').update(body).digest('hex')
  const client = new HcClient(new DefaultHttpClient({}, [vendor.endpoint]))
    .withCredential(new BasicCredentials().withAk(KEY.id).withSk(KEY.secret))
    .withEndpoints([vendor.endpoint])
  await client.sendRequest({
    url: '/sms/batchSendSms/v1',
    method: 'POST',
    contentType: FORM,
    headers: { 'X-Sdk-Content-Sha256': sha256 },
    pathParams: {},
    queryParams: {},
    data: { from: '8823040504797', to: '+8613800138000' },
  })
  const { path, headers, body: sent } = vendor.request
  const names = /SignedHeaders=([^,]*)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? []
  const ours = (secret: string, of = sent) =>
    signSdkHmac(
      { id: KEY.id, secret },
      {
        url: new URL(path, vendor.url),
        headers: Object.fromEntries(names.map((name) => [name, String(headers[name])])),
        body: of,
      },
    )

  expect(names).toEqual(expect.arrayContaining(['content-type', 'host', 'x-sdk-date']))
  expect(sent).toBe(body)
  expect(ours(KEY.secret)).toBe(headers.authorization)
  expect(ours('another')).not.toBe(headers.authorization)
  expect(ours(KEY.secret, `${sent}&`)).not.toBe(headers.authorization)
})

test.for([
  ['+86-13800138000', '+8613800138000'],
  ['+852-51234567', '+85251234567'],
] as const)('the number %s is written as %s', async ([value, written], t) => {
  const vendor = await startVendor(t, OK)

  await open(vendor.endpoint).send(codeMessage({ to: { channel: 'sms', value } }))

  expect(new URLSearchParams(vendor.request.body).get('to')).toBe(written)
})

test.for([
  [400, 'E000001', 'failed', 'E000001'],
  [400, 'E000045', 'failed', 'E000045'],
  [401, 'E000101', 'failed', 'E000101'],
  [400, 'E000102', 'failed', 'E000102'],
  [400, 'E000110', 'failed', 'the clocks differ: E000110'],
  [400, 'E000112', 'failed', 'E000112'],
  [400, 'E000503', 'failed', 'E000503'],
  [403, 'E000620', 'failed', 'E000620'],
  [403, 'E000623', 'failed', 'E000623'],
  [200, 'E000510', 'failed', 'E000510'],
  [400, 'E000000', 'unknown', 'E000000'],
  [200, 'E999999', 'unknown', 'E999999'],
  [200, 'SomethingNew', 'unknown', 'an error code that is not known'],
  [500, 'E000503', 'unknown', 'answer 500'],
  [400, '000000', 'unknown', 'answer 400'],
  [200, '000000', 'unknown', 'answer 200'],
] as const)('status %i with %s is %s', async ([status, code, result, because], t) => {
  expect(await outcomeOfReply(t, gateway, { ...gateway.refusing(code), status })).toEqual({ result, because })
})

test.for([
  ['E000510', 'E200028', 'failed'],
  ['E000510', 'E200030', 'failed'],
  ['000000', 'E200015', 'failed'],
  ['000000', 'E200041', 'failed'],
  ['000000', 'E300000', 'unknown'],
] as const)('the code %s with %s for the number is %s', async ([code, status, result], t) => {
  const body = { code, description: 'see status', result: [{ ...RESULT, status }] }

  expect(await outcomeOfReply(t, gateway, { body })).toEqual({ result, because: status })
})

test.for([
  ['APIGW.0301', 'failed'],
  ['APIG.0101', 'failed'],
  ['APIGW.0201', 'unknown'],
] as const)('%s of the gateway before the service is %s', async ([code, result], t) => {
  const body = { error_code: code, error_msg: 'to +8613800138000', request_id: 'x' }

  expect(await outcomeOfReply(t, gateway, { status: 401, body })).toEqual({ result, because: code })
})

test('a message for which there is no template is not sent, and can be known not to be before', async (t) => {
  const vendor = await startVendor(t, OK)
  const message = codeMessage({ language: 'en' })

  expect(open(vendor.endpoint).canCarry?.(message)).toBe(false)
  expect(await open(vendor.endpoint).send(message)).toMatchObject({ result: 'failed' })
  expect(open(vendor.endpoint).canCarry?.(codeMessage())).toBe(true)
  expect(vendor.requests).toEqual([])
})
