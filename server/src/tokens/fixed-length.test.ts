import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { toFixedLength } from './fixed-length.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

test('Node verifies a signature in its new form, whatever zeros its numbers begin with', () => {
  const lengths = new Set<number>()
  for (let index = 0; index < 2_000; index++) {
    const input = Buffer.from(`text ${index}`)
    const der = sign('sha256', input, privateKey)
    lengths.add(der.length)
    const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const
    expect(verify('sha256', input, key, toFixedLength(der))).toBe(true)
  }
  // Both with a zero in front, one, none, and some that are shorter: the rare ones are below.
  expect([...lengths]).toEqual(expect.arrayContaining([70, 71, 72]))
})

test('numbers keep their places', () => {
  const zeros = (count: number): Buffer => Buffer.alloc(count)
  const number = (...bytes: readonly number[]): Buffer => Buffer.from([0x02, bytes.length, ...bytes])
  const der = (r: Buffer, s: Buffer): Buffer =>
    Buffer.concat([Buffer.from([0x30, r.length + s.length]), r, s])
  const longest = [0, ...Buffer.alloc(32, 0xff)]

  expect(toFixedLength(der(number(1), number(2)))).toEqual(
    Buffer.concat([zeros(31), Buffer.from([1]), zeros(31), Buffer.from([2])]),
  )
  expect(toFixedLength(der(number(...longest), number(0x7f)))).toEqual(
    Buffer.concat([Buffer.alloc(32, 0xff), zeros(31), Buffer.from([0x7f])]),
  )
})
