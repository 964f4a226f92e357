import { describe, expect, test } from 'vitest'
import { codeEmail, codeMessage } from '../testing/code-message.ts'
import { applicationNameIn, renderEmail, renderSms } from './templates.ts'

const EVERY = (['zh', 'en'] as const).flatMap((language) =>
  (['bind', 'register'] as const).map((template) => ({ language, template })),
)

describe.each(EVERY)('in $language, to $template', (variant) => {
  test('a text message names application, purpose, code and validity, and warns', () => {
    const text = renderSms(codeMessage(variant))
    const [application, action, validity, warning] = expectedIn(variant, 5)

    for (const part of [application, action, validity, warning, '232326']) expect(text).toContain(part)
  })

  test('a text message fits one segment', () => {
    const text = renderSms(codeMessage(variant))

    expect(text.length).toBeLessThanOrEqual(variant.language === 'zh' ? 70 : 160)
    // Outside these characters of GSM 7-bit a segment holds 70 instead of 160.
    if (variant.language === 'en') expect(text).toMatch(/^[\w .,:;?!'"()\n-]+$/)
  })

  test('an email names application, purpose, code and validity, and warns', () => {
    const email = renderEmail(codeEmail(variant))
    const [application, action, validity, warning] = expectedIn(variant, 10)

    for (const part of [application, action, validity, warning, '232326']) {
      expect(email.text).toContain(part)
      expect(email.html).toContain(part)
    }
    expect(email.subject).toContain(application)
    expect(email.subject).toContain(action)
  })

  test('the subject does not hold the code', () => {
    expect(renderEmail(codeEmail(variant)).subject).not.toContain('232326')
  })
})

function expectedIn({ language, template }: (typeof EVERY)[number], minutes: number): readonly string[] {
  const bind = template === 'bind'
  return language === 'zh'
    ? ['示例应用', bind ? '绑定账号' : '注册账号', `${minutes}分钟`, '切勿将验证码告诉任何人']
    : ['Demo', bind ? 'link an account' : 'create an account', `${minutes} minutes`, 'Never share this code']
}

test.each([
  [600, '10 minutes', '10分钟'],
  [119, '1 minute', '1分钟'],
  [60, '1 minute', '1分钟'],
  [59, '59 seconds', '59秒'],
])('of %i seconds the texts promise %s', (expiresInSeconds, en, zh) => {
  expect(renderSms(codeMessage({ expiresInSeconds, language: 'en' }))).toContain(`Valid ${en}.`)
  expect(renderSms(codeMessage({ expiresInSeconds }))).toContain(`，${zh}内有效`)
})

test.each([
  ['line ends', 'De\r\nmo', 'Demo'],
  ['control characters', 'De\u0000\u001b\u0085mo', 'Demo'],
  ['line and paragraph separators', 'De\u2028\u2029mo', 'Demo'],
  ['bidi controls', '\u202eDe\u2066mo\u2069\u200f\u061c', 'Demo'],
  ['zero-width characters', 'D\u200be\u200c\u200dm\ufeffo\u2060', 'Demo'],
  ['other invisible characters', 'De\u00ad\u115f\u3164\ufe0f\u{e0041}mo', 'Demo'],
  ['lone surrogates and private use', 'De\ud800\ue000mo', 'Demo'],
  ['spaces around and in rows', '  De   \u3000mo ', 'De mo'],
])('an application name loses %s', (_, name, cleaned) => {
  expect(nameOf({ zh: name, en: 'x' })).toBe(cleaned)
})

test('an application name has at most thirty characters, and none is cut in half', () => {
  expect(nameOf({ zh: '名'.repeat(30), en: '' })).toBe('名'.repeat(30))
  expect(nameOf({ zh: '名'.repeat(31), en: '' })).toBe('名'.repeat(30))
  expect(nameOf({ zh: '𠮷'.repeat(31), en: '' })).toBe('𠮷'.repeat(30))
})

test('an application without a name in one language goes by the other, and without any by a plain word', () => {
  expect(nameOf({ zh: ' \u200b', en: 'Demo' })).toBe('Demo')
  expect(nameOf({ zh: '', en: '\u0000' })).toBe('本应用')
})

test('what is put into html is text there', () => {
  const { html, text } = renderEmail(
    codeEmail({ applicationName: { zh: `<b a='1'>&"`, en: '' }, verifyCode: '<i>' }),
  )

  expect(html).toContain('&lt;b a=&#39;1&#39;&gt;&amp;&quot;')
  expect(html).toContain('&lt;i&gt;')
  expect(html).not.toMatch(/<[bi][ >]/)
  expect(text).toContain(`<b a='1'>&"`)
})

function nameOf(applicationName: { zh: string; en: string }): string {
  return applicationNameIn(codeMessage({ applicationName }))
}
