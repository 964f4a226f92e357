import { expect, test } from 'vitest'
import { networkOf } from './network-of.ts'

test('an IPv4 address is itself, also when it stands inside IPv6', () => {
  expect(networkOf('203.0.113.7')).toBe('203.0.113.7')
  expect(networkOf('::ffff:203.0.113.7')).toBe('203.0.113.7')
})

test('an IPv6 address counts as the /64 that one customer has, however it is spelled', () => {
  for (const spelling of [
    '2001:db8:0:1::7',
    '2001:db8:0:1:ffff:ffff:ffff:ffff',
    '2001:0DB8:0000:0001:0:0:0:7',
    '2001:db8:0:1::%eth0',
  ]) {
    expect(networkOf(spelling)).toBe('2001:db8:0:1::/64')
  }
  expect(networkOf('2001:db8:0:2::7')).toBe('2001:db8:0:2::/64')
  expect(networkOf('2001:db8::1')).toBe('2001:db8:0:0::/64')
  expect(networkOf('::1')).toBe('0:0:0:0::/64')
})
