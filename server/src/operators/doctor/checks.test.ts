import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { CodeMessage, ConfiguredGateway } from '../../messages/index.ts'
import type { Finding } from '../../platform/finding.ts'
import { openOutboundLane } from '../../platform/outbound/outbound.ts'
import { newDirectory } from '../../testing/data-directory.ts'
import { findClosedPort, startOutsideServer } from '../../testing/outside-server.ts'
import { startServer } from '../../testing/server.ts'
import { standingClock } from '../../testing/test-clock.ts'
import { showSigningKeys } from '../../tokens/index.ts'
import { checkClock } from './check-clock.ts'
import { checkProxies } from './check-contents.ts'
import { checkKeyFile } from './check-key-file.ts'
import { checkPublicUrl } from './check-public-url.ts'
import { checkSending } from './check-sending.ts'
import { watchDates } from './watch-dates.ts'

function codes(findings: readonly Finding[]): string[] {
  return findings.map(({ definition, values }) => [definition.code, ...values].join(' '))
}

const CNY = { micros: 45_000, currency: 'CNY' }

function sms(
  name: string,
  more: Partial<ConfiguredGateway> = {},
  canCarry?: (message: CodeMessage) => boolean,
) {
  const gateway = {
    name,
    channel: 'sms' as const,
    send: () => Promise.reject(new Error('nothing is sent')),
    ...(canCarry !== undefined && { canCarry }),
  }
  return { name, gateway, ...more } satisfies ConfiguredGateway
}

const MAIL: ConfiguredGateway = {
  name: 'mail',
  gateway: { name: 'smtp', channel: 'email', send: () => Promise.reject(new Error('nothing is sent')) },
}

test('sending is well when each purpose has a gateway in each language', () => {
  const policy = { area_codes: ['86', '852'], spend_per_day: undefined }
  expect(codes(checkSending([sms('any'), MAIL], policy))).toEqual(['sending.served 86, 852'])
})

test('what no gateway carries is told: a channel, an area code, a purpose, a language', () => {
  const policy = { area_codes: ['86', '852'], spend_per_day: undefined }
  const allButRegister = ({ template, language }: CodeMessage) =>
    template !== 'register' && (template !== 'bind' || language === 'zh')

  expect(codes(checkSending([], policy))).toEqual(['sending.no_gateway'])
  expect(codes(checkSending([MAIL], policy))).toEqual(['sending.no_sms'])
  expect(codes(checkSending([sms('any')], policy))).toEqual(['sending.no_email'])
  expect(codes(checkSending([sms('china', { areaCodes: ['86'] }, allButRegister), MAIL], policy))).toEqual([
    'sending.area_without_gateway 852',
    'sending.no_template_in_language BIND_MOBILE_SMS 86 en',
    'sending.no_template REGISTER_SMS 86',
  ])
})

test('where a day may cost only so much, a price in another currency or none is told', () => {
  const policy = { area_codes: ['86'], spend_per_day: { micros: 500_000_000, currency: 'CNY' } }
  const usd = { micros: 10_000, currency: 'USD' }

  expect(codes(checkSending([sms('a', { price: CNY }), { ...MAIL, price: CNY }], policy))).toEqual([
    'sending.served 86',
  ])
  expect(codes(checkSending([sms('a', { price: usd }), MAIL], policy))).toEqual([
    'sending.other_currency a USD 500 CNY',
    'sending.without_price mail 500 CNY',
  ])
})

test('the clock may be a minute off and no more, and one wrong server outside does not count', () => {
  expect(codes(checkClock([]))).toEqual(['clock.unknown'])
  expect(codes(checkClock([60_000]))).toEqual(['clock.right 1'])
  expect(codes(checkClock([61_000]))).toEqual(['clock.slow 61'])
  expect(codes(checkClock([-60_000]))).toEqual(['clock.right 1'])
  expect(codes(checkClock([-61_000]))).toEqual(['clock.fast 61'])
  expect(codes(checkClock([200, 3_600_000, -300]))).toEqual(['clock.right 3'])
})

test('the time is taken from whoever answers', async (t) => {
  const clock = standingClock()
  const { url } = await startOutsideServer(t, (_, response) => {
    response.setHeader('date', new Date(clock.now() + 90_000).toUTCString())
    response.end()
  })
  const watch = watchDates(openOutboundLane(1), clock)

  await watch.outbound({ url, timeoutMs: 1_000 })

  expect(watch.aheadMs).toEqual([90_500])
})

test('the public URL leads to this deployment, to another one, or to something else', async (t) => {
  const server = await startServer(t)
  const lane = openOutboundLane(10)
  const kids = (await showSigningKeys(server.deployment.db, 0, 0)).map(({ kid }) => kid)
  const other = await startOutsideServer(t, (_, response) => response.end('<html>'))
  const keyless = await startOutsideServer(t, ({ url }, response) => {
    if (url === '/live') response.end('{"status":"ok"}')
    else response.writeHead(404).end()
  })
  const found = async (url: string | undefined, known: readonly string[] | undefined = kids) =>
    codes(await checkPublicUrl(lane, url, known))

  expect(await found(undefined)).toEqual(['public_url.missing'])
  expect(await found(server.url)).toEqual(['public_url.not_https', 'public_url.ours'])
  expect((await found(server.url, ['another']))[1]).toBe('public_url.other_deployment')
  expect(codes(await checkPublicUrl(lane, server.url, undefined))[1]).toBe('public_url.unknown_deployment')
  expect((await found(other.url.origin))[1]).toBe('public_url.not_ligature 200')
  expect((await found(keyless.url.origin))[1]).toBe('public_url.without_keys 404')
  expect((await found((await findClosedPort()).origin))[1]).toBe(
    'public_url.not_reachable connect, ECONNREFUSED',
  )
})

test('the key file is for its owner, and the directory not for everybody', (t) => {
  const directory = newDirectory(t)
  const file = join(directory, 'master.key')
  const found = () => codes(checkKeyFile(directory))

  expect(codes(checkKeyFile(undefined))).toEqual(['key_file.in_environment'])
  expect(found()).toEqual([`key_file.missing ${file}`])
  writeFileSync(file, 'key', { mode: 0o600 })
  chmodSync(directory, 0o750)
  expect(found()).toEqual([`key_file.closed ${file}`])
  chmodSync(file, 0o640)
  chmodSync(directory, 0o755)
  expect(found()).toEqual([`key_file.readable ${file} 0640`, `key_file.open_directory ${directory} 0755`])
})

test('behind https a proxy is to be trusted', () => {
  expect(codes(checkProxies('https://login.example.com', []))).toEqual(['proxies.untrusted'])
  expect(codes(checkProxies('https://login.example.com', ['10.0.0.1']))).toEqual(['proxies.trusted 10.0.0.1'])
  expect(codes(checkProxies(undefined, []))).toEqual(['proxies.none'])
})
