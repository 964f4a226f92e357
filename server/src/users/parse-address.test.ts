import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Refusal } from '../platform/refusal.ts'
import { mailboxOf, maskAddress, parseEmail, parseMobile, parseMobileOf } from './parse-address.ts'
import { isUserName } from './user-name.ts'

describe('a mobile number', () => {
  test.for([
    '11012345678',
    '+8611012345678',
    '+86-11012345678',
    '+86 11012345678',
    '8611012345678',
    '008611012345678',
    '110 1234 5678',
    '110-1234-5678',
    ' 11012345678 ',
  ])('%s is one and the same', async (text) => {
    expect(await parseMobile(text)).toEqual({ channel: 'sms', value: '+86-11012345678' })
  })

  test.for([
    ['+44 7400 123456', '+44-7400123456'],
    ['+1 (202) 555-0143', undefined],
    ['+12025550143', '+1-2025550143'],
    ['0085251234567', '+852-51234567'],
    ['+447400123456', '+44-7400123456'],
  ] as const)('%s of another country is %s', async ([text, value]) => {
    const parsed = parseMobile(text)
    if (value === undefined) await expect(parsed).rejects.toThrow(Refusal)
    else expect(await parsed).toEqual({ channel: 'sms', value })
  })

  test.for([
    '',
    '1101234567',
    '110123456789',
    '21012345678',
    '\uff11\uff11\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18',
    '+86(0)11012345678',
    '02112345678',
    '+8602112345678',
    '+999123456789',
    '11012345678\n',
    '11012345678;11012345679',
    '+86-+86-11012345678',
    '1101234567a',
  ])('%j is none', async (text) => {
    await expect(parseMobile(text)).rejects.toThrow(Refusal)
  })

  test('is shown without its middle', async () => {
    expect(maskAddress(await parseMobile('13800138000'))).toBe('+86-138****8000')
    expect(maskAddress(await parseMobile('+85251234567'))).toBe('+852-512****67')
  })
})

describe('an email address', () => {
  test.for([
    ['ZhangSan@QQ.com', 'zhangsan@qq.com'],
    [' li@example.com ', 'li@example.com'],
    ['li.wang+1@mail.example.co.uk', 'li.wang+1@mail.example.co.uk'],
    ['li@xn--fiqs8s.xn--fiqs8s', 'li@xn--fiqs8s.xn--fiqs8s'],
  ] as const)('%j is %s', ([text, value]) => {
    expect(parseEmail(text)).toEqual({ channel: 'email', value })
  })

  test.for([
    '',
    'li',
    'li@',
    '@example.com',
    'li@example',
    'li@example.com.',
    'li@.example.com',
    'li..wang@example.com',
    '.li@example.com',
    'li.@example.com',
    '"li wang"@example.com',
    'li(comment)@example.com',
    'li%other@example.com',
    'li@other@example.com',
    'li\uff20example.com',
    'lı@example.com',
    '\u212aelvin@example.com',
    'li@exämple.com',
    'li@example.com\r\nBcc: mallory@example.com',
    'li@example.com\0',
    'li@[127.0.0.1]',
    'li@example.123',
    `${'a'.repeat(65)}@example.com`,
    `li@${'a'.repeat(64)}.com`,
    `li@${'abcdefghi.'.repeat(25)}com`,
    '李@example.com',
  ])('%j is none', (text) => {
    expect(() => parseEmail(text)).toThrow(Refusal)
  })

  test('is at most 64 characters before the @ and 254 in all', () => {
    expect(parseEmail(`${'a'.repeat(64)}@example.com`).value).toHaveLength(76)
    const domain = `${'abcdefghi.'.repeat(24)}com`
    expect(parseEmail(`${'a'.repeat(254 - 1 - domain.length)}@${domain}`).value).toHaveLength(254)
    expect(() => parseEmail(`${'a'.repeat(255 - 1 - domain.length)}@${domain}`)).toThrow(Refusal)
  })

  test('is shown by its beginning', () => {
    expect(maskAddress(parseEmail('zhangsan@qq.com'))).toBe('zh***@qq.com')
    expect(maskAddress(parseEmail('a@qq.com'))).toBe('***@qq.com')
  })

  test('shares what may be sent with what lands in the same mailbox', () => {
    expect(mailboxOf(parseEmail('L.i+news@qq.com'))).toBe('li@qq.com')
  })
})

describe('a mobile number whose area code is known', () => {
  test.for([
    ['86', '13800138000', '+86-13800138000'],
    ['86', '11012345678', '+86-11012345678'],
    ['852', '51234567', '+852-51234567'],
    ['1', '2015550123', '+1-2015550123'],
  ] as const)('%s and %s are %s', async ([areaCode, number, value]) => {
    expect(await parseMobileOf(areaCode, number)).toEqual({ channel: 'sms', value })
  })

  test.for([
    ['86', '01012345678'],
    ['86', '1380013800'],
    ['852', '13800138000'],
    ['8', '613800138000'],
    ['8', '5251234567'],
    ['', '13800138000'],
    ['86', ''],
    ['+86', '13800138000'],
    ['86', '+8613800138000'],
  ] as const)('%s and %s are none', async ([areaCode, number]) => {
    await expect(parseMobileOf(areaCode, number)).rejects.toThrow(Refusal)
  })
})

test('what an address is parsed into parses into itself', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (text) => {
      for (const parse of [parseMobile, async (email: string) => parseEmail(email)]) {
        const parsed = await parse(text).catch((error: unknown) => {
          if (!(error instanceof Refusal)) throw error
        })
        if (parsed) expect(await parse(parsed.value)).toEqual(parsed)
      }
    }),
  )
})

test('a user name is never shaped like an address', () => {
  for (const name of ['zhangsan', '张三', 'u_abc', 'li.wang-2', '12345']) expect(isUserName(name)).toBe(true)
  for (const name of ['', '13800138000', 'li@qq.com', '+86-13800138000', 'a b', 'a'.repeat(65), '123456']) {
    expect(isUserName(name)).toBe(false)
  }
})
