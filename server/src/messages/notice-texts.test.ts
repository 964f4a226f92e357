import { describe, expect, test } from 'vitest'
import { codeMessage, notice } from '../testing/code-message.ts'
import { noticeKinds } from './message.ts'
import { messageTemplates, namedValues, orderedValues, templateFor } from './message-templates.ts'
import { renderEmail, renderSms } from './templates.ts'
import { messageTexts } from './wording.ts'

describe.for(noticeKinds)('a notice of %s', (kind) => {
  test('fits into one text message in either language', () => {
    const chinese = renderSms(notice(kind, { language: 'zh' }))
    const english = renderSms(notice(kind, { language: 'en' }))

    expect(chinese).toMatch(/^【示例应用】您的账号.*客服。$/)
    expect(chinese.length).toBeLessThanOrEqual(70)
    expect(english).toMatch(/^Demo: .* support at once\.$/)
    expect(english.length).toBeLessThanOrEqual(160)
  })

  test('says in an email when it happened, and has no link to follow', () => {
    for (const language of ['zh', 'en'] as const) {
      const { subject, text, html } = renderEmail(notice(kind, { language }))
      expect(subject).toMatch(language === 'zh' ? /^【示例应用】您的账号/ : /^Demo: /)
      expect(text).toContain('2026-01-02 03:04 UTC')
      expect(`${text} ${html}`).not.toMatch(/https?:|href/)
    }
  })
})

test('each kind says something else', () => {
  const texts = noticeKinds.flatMap((kind) => [
    renderSms(notice(kind, { language: 'zh' })),
    renderSms(notice(kind, { language: 'en' })),
  ])
  expect(new Set(texts).size).toBe(2 * noticeKinds.length)
})

test('the operator’s own words are filled with the application only', () => {
  const wording = { sms: '{application}: {code} {minutes}', emailSubject: 'Hello', emailText: 'A\n\n<b>' }
  const message = notice('password_changed', { language: 'en', wording })

  expect(renderSms(message)).toBe('Demo: {code} {minutes}')
  expect(renderEmail(message)).toMatchObject({ subject: 'Hello', text: 'A\n\n<b>\n' })
  expect(renderEmail(message).html).toContain('<p>&lt;b&gt;</p>')
})

test.each([
  [{ sms: 'Your code {code}' }, 'Braces stand only in {application}'],
  [{ email_text: 'Good for {minutes}' }, 'Braces stand only in {application}'],
  [{ email_subject: 'Hello\r\nBcc: x@example.com' }, 'A subject is one line'],
])('as words of a notice %o are refused', (words, says) => {
  expect(() => messageTexts.schema.parse({ password_changed: { zh: words } })).toThrow(says)
})

test('words of a notice need no code', () => {
  const words = { identity_bound: { zh: { sms: '【小店】您的微信已绑定' } } }
  expect(messageTexts.schema.parse(words)).toEqual(words)
})

describe('the template at a vendor', () => {
  const templates = messageTemplates.parse({ default: 'CODES', password_changed: { zh: 'NOTICE' } })

  test.for([
    ['password_changed', 'zh', 'NOTICE'],
    ['password_changed', 'en', undefined],
    ['identity_bound', 'zh', undefined],
  ] as const)('for %s in %s is %s: never the default, which holds a code', ([kind, language, template]) => {
    expect(templateFor(templates, notice(kind, { language }))).toBe(template)
  })

  test('is filled with what a notice has', () => {
    const message = notice('password_changed', { language: 'en' })
    expect(orderedValues(['code', 'application', 'minutes'], message)).toEqual(['Demo'])
    expect(orderedValues(['code', 'application', 'minutes'], codeMessage())).toHaveLength(3)
    expect(namedValues({ code: 'code', app: 'application' }, message)).toBe('{"app":"Demo"}')
  })
})
