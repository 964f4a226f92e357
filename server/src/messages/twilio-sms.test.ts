import twilio from 'twilio'
import { expect, test } from 'vitest'
import { openOutboundLane } from '../platform/outbound/outbound.ts'
import { codeMessage } from '../testing/code-message.ts'
import { outcomeOfReply, startVendor, testFaults, type GatewayUnderTest } from '../testing/sms-vendor.ts'
import { standingClock } from '../testing/test-clock.ts'
import { renderSms } from './templates.ts'
import { openTwilioSmsGateway, twilioSmsSettings } from './twilio-sms.ts'

const ACCOUNT = `AC${'0a'.repeat(16)}`
const API_KEY = `SK${'1b'.repeat(16)}`
const SERVICE = `MG${'2c'.repeat(16)}`
const SETTINGS = { account_sid: ACCOUNT, secret: 'the-auth-token', from: '+15005550006' }
const CREATED = {
  status: 201,
  body: { sid: `SM${'3d'.repeat(16)}`, status: 'queued', error_code: null, to: '+8613800138000' },
}

function open(endpoint: string, settings: object = SETTINGS) {
  return openTwilioSmsGateway(
    { clock: standingClock(), outbound: openOutboundLane(1) },
    twilioSmsSettings.parse({ ...settings, endpoint }),
  )
}

const gateway: GatewayUnderTest = {
  open: (deps, endpoint) => openTwilioSmsGateway(deps, twilioSmsSettings.parse({ ...SETTINGS, endpoint })),
  secrets: [SETTINGS.secret, ACCOUNT],
  taken: CREATED,
  refusing: (code) => ({ status: 400, body: { code, message: `${code} for +8613800138000`, status: 400 } }),
}

testFaults(gateway)

test('a message is one form with our own text, and is dropped when its code has expired', async (t) => {
  const vendor = await startVendor(t, CREATED)
  const message = codeMessage()

  expect(await open(vendor.endpoint).send(message)).toEqual({ result: 'sent' })

  const { method, path, headers, body } = vendor.request
  expect([method, path]).toEqual(['POST', `/2010-04-01/Accounts/${ACCOUNT}/Messages.json`])
  expect(headers['content-type']).toBe('application/x-www-form-urlencoded')
  expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
    To: '+8613800138000',
    From: '+15005550006',
    Body: renderSms(message),
    ValidityPeriod: '300',
  })
})

test.for([
  ['the account and a number', SETTINGS],
  [
    'an API key and a messaging service',
    { account_sid: ACCOUNT, api_key_sid: API_KEY, secret: 'of-the-key', messaging_service_sid: SERVICE },
  ],
])("by %s the vendor's SDK asks the same", async ([, settings], t) => {
  const known = twilioSmsSettings.parse(settings)
  const vendor = await startVendor(t, CREATED)
  const message = codeMessage({ language: 'en', applicationName: { zh: '', en: 'Demo & Söhne +1' } })
  await open(vendor.endpoint, known).send(message)
  const ours = vendor.requests.splice(0)[0]

  await sendBySdk(vendor.endpoint, known, message)

  const theirs = vendor.request
  expect([ours?.method, ours?.path]).toEqual([theirs.method, theirs.path])
  expect(ours?.headers.authorization).toBe(theirs.headers.authorization)
  expect(ours?.headers.accept).toBe(theirs.headers.accept)
  const fieldsOf = (body = '') => Object.fromEntries(new URLSearchParams(body))
  expect(fieldsOf(ours?.body)).toEqual(fieldsOf(theirs.body))
})

test('another secret is another authorization', async (t) => {
  const vendor = await startVendor(t, CREATED)
  await open(vendor.endpoint, { ...SETTINGS, secret: 'another' }).send(codeMessage())
  const ours = vendor.requests.splice(0)[0]

  await sendBySdk(vendor.endpoint, twilioSmsSettings.parse(SETTINGS), codeMessage())

  expect(ours?.headers.authorization).not.toBe(vendor.request.headers.authorization)
})

/** The SDK has no setting for where it asks; its own HTTP client is sent elsewhere. */
async function sendBySdk(
  endpoint: string,
  settings: ReturnType<typeof twilioSmsSettings.parse>,
  message: ReturnType<typeof codeMessage>,
): Promise<void> {
  class ClientOfThisMachine extends twilio.RequestClient {
    override request: twilio.RequestClient['request'] = (options) =>
      super.request({ ...options, uri: options.uri.replace('https://api.twilio.com', endpoint) })
  }
  const client = twilio(settings.api_key_sid ?? settings.account_sid, settings.secret, {
    accountSid: settings.account_sid,
    httpClient: new ClientOfThisMachine(),
  })
  await client.messages.create({
    to: '+8613800138000',
    body: renderSms(message),
    validityPeriod: 300,
    ...(settings.from !== undefined && { from: settings.from }),
    ...(settings.messaging_service_sid !== undefined && {
      messagingServiceSid: settings.messaging_service_sid,
    }),
  })
}

test.for([
  [400, 21211, 'failed', '21211'],
  [400, 21408, 'failed', '21408'],
  [400, 21610, 'failed', '21610'],
  [400, 21614, 'failed', '21614'],
  [401, 20003, 'failed', '20003'],
  [404, 20404, 'failed', '20404'],
  [429, 20429, 'failed', '20429'],
  [400, 1, 'unknown', 'an error code that is not known'],
  [400, 13800138000, 'unknown', 'an error code that is not known'],
  [500, 20500, 'unknown', 'answer 500'],
  [503, 20503, 'unknown', 'answer 503'],
] as const)('status %i with the code %i is %s', async ([status, code, result, because], t) => {
  const body = { code, message: 'to +8613800138000', more_info: 'https://www.twilio.com/docs', status }

  expect(await outcomeOfReply(t, gateway, { status, body })).toEqual({ result, because })
})

test.for(['accepted', 'queued', 'sending', 'sent', 'scheduled', 'delivered'])(
  'a message that is %s is sent',
  async (status, t) => {
    const reply = { ...CREATED, body: { ...CREATED.body, status } }

    expect(await outcomeOfReply(t, gateway, reply)).toEqual({ result: 'sent' })
  },
)

test.for([
  ['failed', 30006, 'failed', 'failed 30006'],
  ['undelivered', null, 'failed', 'undelivered'],
  ['canceled', 13800138000, 'failed', 'canceled'],
  ['something new', null, 'unknown', 'answer 201'],
] as const)('a message that is %s because of %s is %s', async ([status, error_code, result, because], t) => {
  const reply = { ...CREATED, body: { ...CREATED.body, status, error_code } }

  expect(await outcomeOfReply(t, gateway, reply)).toEqual({ result, because })
})

test.for<[string, object]>([
  ['both senders', { messaging_service_sid: SERVICE }],
  ['no sender', { from: undefined }],
  ['an account that is none', { account_sid: 'AC1' }],
  ['a path for an account', { account_sid: `AC${'/'.repeat(32)}` }],
  ['a key that is none', { api_key_sid: ACCOUNT }],
  ['a number that YAML made of the sender', { from: 15005550006 }],
  ['a sender of twelve letters', { from: 'abcdefghijkl' }],
  ['a field that is not known', { auth_token: 'x' }],
])('settings with %s are refused', ([, differences]) => {
  expect(twilioSmsSettings.safeParse({ ...SETTINGS, ...differences }).success).toBe(false)
})
