import { expect, test, type TestContext } from 'vitest'
import { openOutboundLane } from '../../platform/outbound/outbound.ts'
import { demoConnections } from '../../testing/server.ts'
import { findClosedPort, startOutsideServer } from '../../testing/outside-server.ts'
import { standingClock } from '../../testing/test-clock.ts'
import { startWeChatEmulator } from '../emulator/wechat.ts'
import { checkWeChat } from './check-wechat.ts'

const [DEMO] = demoConnections
const PROGRAM = { appId: DEMO?.appId ?? '', appSecret: DEMO?.appSecret ?? '', hasPhoneButton: true }

async function codesAt(weChatApi: URL, connection = PROGRAM) {
  const findings = await checkWeChat({ outbound: openOutboundLane(10), weChatApi }, connection)
  expect(JSON.stringify(findings)).not.toContain(connection.appSecret)
  return findings.map(({ definition, values }) => [definition.code, ...values].join(' '))
}

/** A WeChat that gives a token, or this errcode, and then this errcode to whoever asks for a number. */
async function startRefusing(t: TestContext, token: object, phone: object = {}) {
  const { url } = await startOutsideServer(t, ({ url: path }, response) => {
    response.end(JSON.stringify(path?.startsWith('/cgi-bin/stable_token') === true ? token : phone))
  })
  return url
}

const TOKEN = { access_token: '80_token', expires_in: 7200 }

test('the emulator takes what it knows, and tells each thing that is wrong', async (t) => {
  const weChat = await startWeChatEmulator({ clock: standingClock() }, async () => demoConnections)
  t.onTestFinished(() => weChat.close())

  expect(await codesAt(weChat.apiBase)).toEqual(['connection.credentials_right', 'connection.phone_allowed'])
  expect(await codesAt(weChat.apiBase, { ...PROGRAM, hasPhoneButton: false })).toEqual([
    'connection.credentials_right',
  ])
  expect(await codesAt(weChat.apiBase, { ...PROGRAM, appId: 'wxunknown', hasPhoneButton: false })).toEqual([
    'connection.app_id_wrong',
  ])
  expect(await codesAt(weChat.apiBase, { ...PROGRAM, appSecret: 'another', hasPhoneButton: false })).toEqual([
    'connection.secret_wrong 40125',
  ])
})

const NOT_LISTED = 'invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist, rid: 65f0'

test.for<readonly [object, string]>([
  [{ errcode: 40001, errmsg: 'invalid credential' }, 'connection.secret_wrong 40001'],
  [{ errcode: 40243 }, 'connection.secret_frozen'],
  [{ errcode: 40164, errmsg: NOT_LISTED }, 'connection.ip_not_allowed 203.0.113.7'],
  [
    { errcode: 40164, errmsg: 'invalid ip 2001:db8::7, not in whitelist' },
    'connection.ip_not_allowed 2001:db8::7',
  ],
  [
    { errcode: 40164, errmsg: 'invalid ip 999.1.1.1 , not in whitelist' },
    'connection.unknown_ip_not_allowed',
  ],
  [{ errcode: 40164 }, 'connection.unknown_ip_not_allowed'],
  [{ errcode: 89503 }, 'connection.ip_not_confirmed 89503'],
  [{ errcode: 50007 }, 'connection.misconfigured errcode 50007'],
  [{ errcode: 45009 }, 'connection.busy errcode 45009'],
  [{ errcode: -1 }, 'connection.busy errcode -1'],
  [{ nothing: 'usable' }, 'connection.not_reachable no usable access_token'],
])('for %j it finds %s', async ([answer, code], t) => {
  const url = await startRefusing(t, answer)

  expect(await codesAt(url, { ...PROGRAM, hasPhoneButton: false })).toEqual([code])
})

test('the permission for the phone button is told by what a made-up code gets', async (t) => {
  const at = async (phone: object) => (await codesAt(await startRefusing(t, TOKEN, phone)))[1]

  expect(await at({ errcode: 40029 })).toBe('connection.phone_allowed')
  expect(await at({ errcode: 48001 })).toBe('connection.phone_not_allowed 48001')
  expect(await at({ errcode: 45009 })).toBe('connection.phone_unclear errcode 45009')
  expect(await codesAt(await startRefusing(t, { errcode: 40125 }))).toEqual([
    'connection.secret_wrong 40125',
    'connection.phone_unclear errcode 40125',
  ])
})

test('a WeChat that is not there, or never answers, is not reachable within the time for it', async (t) => {
  const silent = await startOutsideServer(t, () => {})
  const startedAt = performance.now()

  const [closed, slow] = await Promise.all([
    codesAt(await findClosedPort(), { ...PROGRAM, hasPhoneButton: false }),
    codesAt(silent.url, { ...PROGRAM, hasPhoneButton: false }),
  ])

  expect(closed).toEqual(['connection.not_reachable connect'])
  expect(slow).toEqual(['connection.not_reachable timeout'])
  expect(performance.now() - startedAt).toBeGreaterThan(2_500)
})
