import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createVault } from './vault.ts'

const masterKey = Buffer.alloc(32, 7)
const firstKey = { number: 1, key: Buffer.alloc(32, 1), sealsFrom: 0 }
const secondKey = { number: 2, key: Buffer.alloc(32, 2), sealsFrom: 1000 }

test('what is sealed opens in its own place only', () => {
  const vault = createVault(masterKey, [firstKey], 1000)
  const sealed = vault.seal('user_address U1 sms', '+86-13800138000')

  expect(vault.open('user_address U1 sms', sealed)).toBe('+86-13800138000')
  expect(() => vault.open('user_address U2 sms', sealed)).toThrow()
  expect(sealed).not.toContain('138')
})

test('the same text is never sealed alike, and is found by the same index', () => {
  const vault = createVault(masterKey, [firstKey], 1000)
  expect(vault.seal('here', 'text')).not.toBe(vault.seal('here', 'text'))
  expect(vault.blindIndex('sms', 'text')).toBe(vault.blindIndex('sms', 'text'))
  expect(vault.blindIndex('sms', 'text')).not.toBe(vault.blindIndex('email', 'text'))
  expect(vault.blindIndex('ab', 'c')).not.toBe(vault.blindIndex('a', 'bc'))
})

test('an altered seal does not open, wherever it was altered', () => {
  const vault = createVault(masterKey, [firstKey], 1000)
  const sealed = vault.seal('here', 'text')
  const bytes = Buffer.from(sealed.slice(2), 'base64url')
  for (let position = 0; position < bytes.length; position++) {
    const altered = Buffer.from(bytes)
    altered[position] = (altered[position] ?? 0) ^ 1
    expect(() => vault.open('here', `1.${altered.toString('base64url')}`)).toThrow()
  }
  for (const nonsense of ['', '1.', '2.AAAA', sealed.slice(2), `9${sealed}`]) {
    expect(() => vault.open('here', nonsense)).toThrow()
  }
})

test('what an older data key sealed still opens, and the newest seals', () => {
  const before = createVault(masterKey, [firstKey], 1000).seal('here', 'text')
  const vault = createVault(masterKey, [firstKey, secondKey], 1000)

  expect(vault.open('here', before)).toBe('text')
  expect(vault.seal('here', 'text')).toMatch(/^2\./)
  expect(() => createVault(masterKey, [secondKey], 1000).open('here', before)).toThrow('not here')
})

test('a new data key opens at once, and seals from its moment on', () => {
  const vault = createVault(masterKey, [firstKey], 0)
  const ahead = createVault(masterKey, [firstKey, secondKey], 1000).seal('here', 'text')
  expect(() => vault.open('here', ahead)).toThrow('not here')

  vault.learn([firstKey, secondKey], 999)
  expect(vault.open('here', ahead)).toBe('text')
  expect(vault.seal('here', 'text')).toMatch(/^1\./)
  vault.learn([firstKey, secondKey], 1000)
  expect(vault.seal('here', 'text')).toMatch(/^2\./)
  vault.learn([secondKey], 0)
  expect(vault.seal('here', 'text')).toMatch(/^2\./)
})

test('another master key finds and hashes differently', () => {
  const vault = createVault(masterKey, [firstKey], 1000)
  const other = createVault(randomBytes(32), [firstKey], 1000)
  expect(other.blindIndex('sms', 'text')).not.toBe(vault.blindIndex('sms', 'text'))
  expect(other.codeHash('id', '232326')).not.toBe(vault.codeHash('id', '232326'))
  expect(other.nextToken('token')).not.toBe(vault.nextToken('token'))
  expect(other.stateTokenKey.equals(vault.stateTokenKey)).toBe(false)
})

test('the next session token is 32 letters and digits, each as likely as another', () => {
  const vault = createVault(masterKey, [firstKey], 1000)
  const counts = new Map<string, number>()
  const tokens = 4000
  for (let index = 0; index < tokens; index++) {
    const token = vault.nextToken(`token ${index}`)
    expect(token).toMatch(/^[A-Za-z0-9]{32}$/)
    for (const character of token) counts.set(character, (counts.get(character) ?? 0) + 1)
  }
  const expected = (tokens * 32) / 62
  expect(counts.size).toBe(62)
  for (const count of counts.values()) expect(Math.abs(count - expected) / expected).toBeLessThan(0.15)
})
