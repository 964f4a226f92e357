import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { isCommonPassword } from './common-password.ts'
import { commonPasswords } from './common-passwords.ts'
import { openPasswordHashing } from './hashing.ts'
import { parseImportedHash } from './imported-hash.ts'
import { checkPasswordRules } from './password-rules.ts'
import { countClasses, describePolicy, passwordPolicy } from './password-policy.ts'

const usual = passwordPolicy.schema.parse({})

/** A hash of another system and the password that it is of, from the pages of those systems. */
const vectors: readonly (readonly [what: string, hash: string, password: string])[] = [
  ['bcrypt 2a', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW', 'U*U'],
  ['bcrypt 2b', '$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW', 'U*U'],
  ['bcrypt 2y', '$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW', 'U*U'],
  [
    'argon2id of the reference implementation',
    '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    'password',
  ],
  [
    'argon2i of the reference implementation',
    '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA',
    'password',
  ],
  [
    'PBKDF2-SHA1 of RFC 6070',
    `$pbkdf2$i=4096,l=20$${base64('salt')}$${hex('4b007901b765489abead49d926f721d065a429c1')}`,
    'password',
  ],
  [
    'PBKDF2-SHA256 of RFC 7914',
    `$pbkdf2-sha256$i=80000$${base64('NaCl')}$${hex('4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d')}`,
    'Password',
  ],
  [
    'passlib PBKDF2',
    '$pbkdf2-sha256$1212$4vjV83LKPjQzk31VI4E0Vw$hsYF68OiOUPdDZ1Fg.fJPeq1h/gXXY7acBp9/6c.tmQ',
    'password',
  ],
  ['Django PBKDF2', 'pbkdf2_sha256$260000$seasalt$YlZ2Vggtqdc61YjArZuoApoBh9JNGYoDRBUGu6tcJQo=', 'lètmein'],
  [
    'scrypt of RFC 7914',
    `$scrypt$ln=14,r=8,p=1$${base64('SodiumChloride')}$${hex('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887')}`,
    'pleaseletmein',
  ],
]

function base64(text: string): string {
  return Buffer.from(text).toString('base64').replaceAll('=', '')
}

function hex(text: string): string {
  return Buffer.from(text, 'hex').toString('base64').replaceAll('=', '')
}

test.for(vectors)('reads %s', async ([, hash, password]) => {
  const parsed = parseImportedHash(hash)
  if (typeof parsed === 'string') throw new Error(parsed)

  expect(await parsed.matches(password)).toBe(true)
  expect(await parsed.matches(`${password} `)).toBe(false)
})

const some = randomBytes(32).toString('base64').slice(0, 43)
test.for([
  ['$2b$13$', true],
  ['$2b$14$', false],
  ['$2b$31$', false],
  ['$2b$03$', false],
  ['$2x$05$', false],
  ['$2b$+4$', false],
] as const)('bcrypt %s is taken: %s', ([head, isTaken]) => {
  const hash = `${head}CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW`
  expect(typeof parseImportedHash(hash) !== 'string').toBe(isTaken)
})

test.for([
  [`$pbkdf2-sha256$i=1500000$c2FsdA$${some}`, true],
  [`$pbkdf2-sha256$i=1500001$c2FsdA$${some}`, false],
  [`$pbkdf2-sha256$i=1000000000$c2FsdA$${some}`, false],
  [`$pbkdf2-sha256$i=0$c2FsdA$${some}`, false],
  [`$pbkdf2-sha256$i=1,l=20$c2FsdA$${some}`, false],
  [`$scrypt$ln=17,r=8,p=1$c2FsdA$${some}`, true],
  [`$scrypt$ln=18,r=8,p=1$c2FsdA$${some}`, false],
  [`$scrypt$ln=17,r=8,p=2$c2FsdA$${some}`, false],
  [`$scrypt$ln=99,r=8,p=1$c2FsdA$${some}`, false],
  [`$argon2id$v=19$m=65536,t=4,p=1$c29tZXNhbHQ$${some}`, true],
  [`$argon2id$v=19$m=65537,t=1,p=1$c29tZXNhbHQ$${some}`, false],
  [`$argon2id$v=19$m=65536,t=5,p=1$c29tZXNhbHQ$${some}`, false],
  ['5f4dcc3b5aa765d61d8327deb882cf99', false],
  ['Tangerine-7-Sky', false],
] as const)('%s is taken: %s', ([hash, isTaken]) => {
  expect(typeof parseImportedHash(hash) !== 'string').toBe(isTaken)
})

describe('the expression for clients', () => {
  const described = z.object({ minLength: z.number(), maxLength: z.number(), regEx: z.string() })
  const signs = fc.constantFrom(...'09azAZ~!#$%&+-,*:;<=>@_?^`./ "\'()[]{}|\\é中\u2028'.split(''))
  const passwords = fc.array(signs, { maxLength: 14 }).map((parts) => parts.join(''))

  test.for([1, 2, 3, 4])('takes exactly what length and %d classes take', (classes) => {
    const policy = passwordPolicy.schema.parse({ min_length: 8, max_length: 12, classes })
    const { regEx, ...lengths } = described.parse(JSON.parse(describePolicy(policy)))
    expect(lengths).toEqual({ minLength: 8, maxLength: 12 })
    fc.assert(
      fc.property(passwords, (password) => {
        const isTaken = password.length >= 8 && password.length <= 12 && countClasses(password) >= classes
        expect(new RegExp(regEx).test(password)).toBe(isTaken)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('the rules', () => {
  const refusalOf = (password: string): string => {
    try {
      checkPasswordRules(password, usual)
      return 'fine'
    } catch (error) {
      return error instanceof Error ? error.message : 'thrown'
    }
  }

  test.for([
    ['Abcdx-7', 'IDAAS.SDK.PWD.9101'],
    ['Mbcdx-79', 'fine'],
    [`Ky7-${'xy'.repeat(23)}`, 'fine'],
    [`Ky7-${'xy'.repeat(23)}z`, 'IDAAS.SDK.PWD.9101'],
    ['lowercase-only', 'IDAAS.SDK.PWD.9102'],
    ['Lowercase-only', 'fine'],
    ['Taaa-pole-7', 'fine'],
    ['Taaaa-pole-7', 'IDAAS.SDK.PWD.9103'],
    ['Password1!', 'IDAAS.SDK.PWD.9105'],
    ['P@ssw0rd2026', 'IDAAS.SDK.PWD.9105'],
    ['Woaini1314!', 'IDAAS.SDK.PWD.9105'],
    ['!QAZ2wsx', 'IDAAS.SDK.PWD.9105'],
    ['1qaz@WSX3edc', 'IDAAS.SDK.PWD.9105'],
    ['Li-19900101', 'IDAAS.SDK.PWD.9105'],
    ['Ligature-2026', 'fine'],
    ['Tangerine-7-Sky', 'fine'],
  ] as const)('%s: %s', ([password, outcome]) => {
    expect(refusalOf(password)).toBe(outcome)
  })

  test('the list holds more than a thousand passwords, and each of them is common', () => {
    const all = new Set(commonPasswords.trim().split(/\s+/))
    expect(all.size).toBeGreaterThan(1000)
    for (const password of all) expect(isCommonPassword(password)).toBe(true)
  })
})

test('no more hashes are made at once than there may be, and no more wait', async () => {
  const { withPlace } = openPasswordHashing(2, 3)
  let atWork = 0
  let most = 0
  let letGo = (): void => undefined
  const held = new Promise<void>((resolve) => (letGo = resolve))
  const one = () =>
    withPlace((turn) =>
      turn(async () => {
        most = Math.max(most, (atWork += 1))
        await held
        atWork -= 1
      }),
    )

  const taken = Array.from({ length: 5 }, one)
  await expect(one()).rejects.toMatchObject({ statusCode: 503 })
  letGo()
  await Promise.all(taken)

  expect(most).toBe(2)
  await expect(one()).resolves.toBeUndefined()
})
