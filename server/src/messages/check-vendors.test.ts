import { expect, test, type TestContext } from 'vitest'
import { openOutboundLane } from '../platform/outbound/outbound.ts'
import { findClosedPort, startOutsideServer } from '../testing/outside-server.ts'
import { standingClock } from '../testing/test-clock.ts'
import { findGatewayKind } from './gateway-description.ts'

const SECRET = 'the-secret-that-nothing-shows'
const ACCOUNT = `AC${'0a'.repeat(16)}`

const descriptions = {
  'alibaba-sms': {
    access_key_id: 'LTAIexample',
    access_key_secret: SECRET,
    sign_name: '阿里云',
    templates: { default: 'SMS_1', REGISTER_SMS: { zh: 'SMS_2' } },
  },
  'alibaba-pnvs': {
    access_key_id: 'LTAIexample',
    access_key_secret: SECRET,
    sign_name: '速通互联',
    templates: { default: '100001' },
  },
  'tencent-sms': {
    secret_id: 'AKIDexample',
    secret_key: SECRET,
    sdk_app_id: 1400006666,
    sign_name: '腾讯云',
    templates: { default: { zh: 1234, en: 5678 } },
  },
  'huawei-sms': { app_key: 'key', app_secret: SECRET, sender: '8823040504797', templates: { default: 'a1' } },
  'twilio-sms': { account_sid: ACCOUNT, secret: SECRET, from: '+15005550006' },
} as const

type Kind = keyof typeof descriptions

async function codesOf(kind: Kind, endpoint: string, differences: object = {}) {
  const deps = { clock: standingClock(), outbound: openOutboundLane(10) }
  const description = { kind, ...descriptions[kind], endpoint, ...differences }
  const findings = (await findGatewayKind(kind)?.open(deps, description).check?.()) ?? []
  expect(JSON.stringify(findings)).not.toContain(SECRET)
  return findings.map(({ definition, values }) => [definition.code, ...values].join(' '))
}

interface Seen {
  readonly method: string
  readonly url: URL
  readonly action: string
  readonly body: string
}

/** A vendor that answers by the action that is asked for; it takes nothing that sends. */
async function startVendor(t: TestContext, answer: (seen: Seen) => readonly [number, unknown]) {
  const seen: Seen[] = []
  const { url } = await startOutsideServer(t, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const action = request.headers['x-acs-action'] ?? request.headers['x-tc-action'] ?? ''
      const one = {
        method: request.method ?? '',
        url: new URL(request.url ?? '', 'http://vendor'),
        action: String(action),
        body: Buffer.concat(chunks).toString(),
      }
      seen.push(one)
      const [status, body] = answer(one)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
  })
  return { endpoint: url.origin, seen }
}

function alibaba(signs: Record<string, string>, templates: Record<string, string>, total = 3) {
  return ({ action }: Seen): readonly [number, unknown] =>
    action === 'QuerySmsSignList'
      ? [200, { Code: 'OK', TotalCount: total, SmsSignList: statesIn(signs, 'SignName') }]
      : [200, { Code: 'OK', TotalCount: total, SmsTemplateList: statesIn(templates, 'TemplateCode') }]
}

function statesIn(states: Record<string, string>, name: string): object[] {
  return Object.entries(states).map(([key, AuditStatus]) => ({ [name]: key, AuditStatus, Reason: {} }))
}

test('Alibaba is asked for the states of signature and templates, and nothing is sent', async (t) => {
  const signs = { 阿里云: 'AUDIT_STATE_PASS' }
  const vendor = await startVendor(
    t,
    alibaba(signs, { SMS_1: 'AUDIT_STATE_PASS', SMS_2: 'AUDIT_STATE_INIT' }),
  )

  expect(await codesOf('alibaba-sms', vendor.endpoint)).toEqual([
    'gateway.credentials_right',
    'gateway.signature_approved 阿里云',
    'gateway.template_approved SMS_1',
    'gateway.template_pending SMS_2',
  ])
  expect(vendor.seen.map(({ action }) => action).toSorted()).toEqual([
    'QuerySmsSignList',
    'QuerySmsTemplateList',
  ])
  const sizes = vendor.seen.map(({ url }) => url.searchParams.get('PageSize'))
  expect(sizes).toEqual(['50', '50'])
})

test('of what Alibaba does not list it is told whether there may be more', async (t) => {
  const few = await startVendor(
    t,
    alibaba({ 阿里云: 'AUDIT_STATE_NOT_PASS' }, { SMS_1: 'AUDIT_SATE_CANCEL' }),
  )
  const many = await startVendor(t, alibaba({}, {}, 51))

  expect((await codesOf('alibaba-sms', few.endpoint)).slice(1)).toEqual([
    'gateway.signature_refused 阿里云',
    'gateway.template_refused SMS_1',
    'gateway.template_absent SMS_2',
  ])
  expect((await codesOf('alibaba-sms', many.endpoint)).slice(1)).toEqual([
    'gateway.signature_unlisted 阿里云',
    'gateway.template_unlisted SMS_1',
    'gateway.template_unlisted SMS_2',
  ])
})

test.for([
  ['InvalidAccessKeyId.NotFound', 'gateway.credentials_refused InvalidAccessKeyId.NotFound'],
  ['SignatureDoesNotMatch', 'gateway.credentials_refused SignatureDoesNotMatch'],
  ['isp.RAM_PERMISSION_DENY', 'gateway.may_not_ask isp.RAM_PERMISSION_DENY'],
  ['InvalidTimeStamp.Expired', 'gateway.clock_differs InvalidTimeStamp.Expired'],
  ['isv.PRODUCT_UN_SUBSCRIPT', 'gateway.other_error isv.PRODUCT_UN_SUBSCRIPT'],
  [`What you sent: ${SECRET}`, 'gateway.other_error …'],
] as const)('the error %s of Alibaba is told once', async ([Code, found], t) => {
  const vendor = await startVendor(t, () => [400, { Code, Message: SECRET }])

  expect(await codesOf('alibaba-sms', vendor.endpoint)).toEqual([found])
})

function tencent(sign: object[], templates: object[]) {
  return ({ action }: Seen): readonly [number, unknown] => [
    200,
    {
      Response:
        action === 'DescribeSmsSignList'
          ? { DescribeSignListStatusSet: sign, RequestId: 'a' }
          : { DescribeTemplateStatusSet: templates, RequestId: 'a' },
    },
  ]
}

test('Tencent is asked for the states of signature and templates, and nothing is sent', async (t) => {
  const templates = [
    { TemplateId: 1234, StatusCode: 0 },
    { TemplateId: 5678, StatusCode: -1 },
  ]
  const vendor = await startVendor(t, tencent([{ SignName: '腾讯云', StatusCode: 1 }], templates))

  expect(await codesOf('tencent-sms', vendor.endpoint)).toEqual([
    'gateway.credentials_right',
    'gateway.signature_pending 腾讯云',
    'gateway.template_approved 1234',
    'gateway.template_refused 5678',
  ])
  expect(vendor.seen.map(({ action, body }) => `${action} ${body}`).toSorted()).toEqual([
    'DescribeSmsSignList {"International":0,"Limit":100,"Offset":0}',
    'DescribeSmsTemplateList {"International":0,"TemplateIdSet":[1234,5678]}',
  ])
})

test('what Tencent does not know is told, and of a gateway without a signature only templates', async (t) => {
  const vendor = await startVendor(t, tencent([], []))

  expect((await codesOf('tencent-sms', vendor.endpoint)).slice(1)).toEqual([
    'gateway.signature_absent 腾讯云',
    'gateway.template_absent 1234',
    'gateway.template_absent 5678',
  ])
  vendor.seen.length = 0
  await codesOf('tencent-sms', vendor.endpoint, { sign_name: undefined })
  expect(vendor.seen.map(({ body }) => body)).toEqual(['{"International":1,"TemplateIdSet":[1234,5678]}'])
})

test.for([
  ['AuthFailure.SecretIdNotFound', 'gateway.credentials_refused AuthFailure.SecretIdNotFound'],
  ['AuthFailure.SignatureFailure', 'gateway.credentials_refused AuthFailure.SignatureFailure'],
  ['AuthFailure.SignatureExpire', 'gateway.clock_differs AuthFailure.SignatureExpire'],
  ['AuthFailure.UnauthorizedOperation', 'gateway.may_not_ask AuthFailure.UnauthorizedOperation'],
  ['InternalError', 'gateway.other_error InternalError'],
] as const)('the error %s of Tencent is told once', async ([Code, found], t) => {
  const vendor = await startVendor(t, () => [200, { Response: { Error: { Code, Message: SECRET } } }])

  expect(await codesOf('tencent-sms', vendor.endpoint)).toEqual([found])
})

test.for([
  [200, { status: 'active' }, 'gateway.credentials_right'],
  [200, { status: 'suspended' }, 'gateway.account_stopped suspended'],
  [200, { status: SECRET }, 'gateway.unreadable 200'],
  [401, { code: 20003 }, 'gateway.credentials_refused 401'],
  [403, { code: 20403 }, 'gateway.may_not_ask 403'],
  [502, {}, 'gateway.unreadable 502'],
] as const)('Twilio answers %i %j for the account', async ([status, body, found], t) => {
  const vendor = await startVendor(t, () => [status, body])

  expect(await codesOf('twilio-sms', vendor.endpoint)).toEqual([found])
  expect(vendor.seen).toMatchObject([{ method: 'GET', body: '' }])
  expect(vendor.seen[0]?.url.pathname).toBe(`/2010-04-01/Accounts/${ACCOUNT}.json`)
})

test('with an API key Twilio is asked for what such a key may ask', async (t) => {
  const vendor = await startVendor(t, () => [200, { incoming_phone_numbers: [] }])

  const found = await codesOf('twilio-sms', vendor.endpoint, { api_key_sid: `SK${'1b'.repeat(16)}` })

  expect(found).toEqual(['gateway.credentials_right'])
  expect(vendor.seen[0]?.url.pathname).toBe(`/2010-04-01/Accounts/${ACCOUNT}/IncomingPhoneNumbers.json`)
})

test.for(['huawei-sms', 'alibaba-pnvs'] as const)(
  'of %s only its server is asked for, and any answer counts',
  async (kind, t) => {
    const vendor = await startVendor(t, () => [404, {}])

    expect(await codesOf(kind, vendor.endpoint)).toEqual(['gateway.only_reachable'])
    expect(vendor.seen).toMatchObject([{ method: 'GET', body: '' }])
    expect(vendor.seen[0]?.url.pathname).toBe('/')
  },
)

test('a bridge is not called, only its server', async (t) => {
  const vendor = await startVendor(t, () => [404, {}])
  const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`
  const deps = { clock: standingClock(), outbound: openOutboundLane(10) }
  const bridge = { kind: 'http-sms', url: `${vendor.endpoint}/send?key=1`, secret }

  const findings = await findGatewayKind('http-sms')?.open(deps, bridge).check?.()

  expect(findings?.map(({ definition }) => definition.code)).toEqual(['gateway.only_reachable'])
  expect(vendor.seen.map(({ method, url }) => [method, url.href])).toEqual([['GET', 'http://vendor/']])
})

test('a vendor that is not there is not reachable, whichever it is', async () => {
  const { origin } = await findClosedPort()
  for (const kind of Object.keys(descriptions) as Kind[]) {
    expect(await codesOf(kind, origin)).toEqual(['gateway.not_reachable connect, ECONNREFUSED'])
  }
})
