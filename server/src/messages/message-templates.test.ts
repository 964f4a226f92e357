import { describe, expect, test } from 'vitest'
import { codeMessage } from '../testing/code-message.ts'
import {
  messageTemplates,
  namedParameters,
  namedValues,
  orderedParameters,
  templateFor,
  valuesOf,
} from './message-templates.ts'

describe('the template of a message', () => {
  const templates = messageTemplates.parse({
    BIND_MOBILE_SMS: { zh: 'BIND_ZH', en: 'BIND_EN' },
    REGISTER_MOBILE_SMS: { zh: 'REGISTER_ZH' },
    LOGIN_MOBILE_SMS: 'LOGIN',
    default: { en: 'DEFAULT_EN' },
  })

  test.for([
    ['BIND_MOBILE_SMS', 'zh', 'BIND_ZH'],
    ['BIND_MOBILE_SMS', 'en', 'BIND_EN'],
    ['REGISTER_MOBILE_SMS', 'zh', 'REGISTER_ZH'],
    ['REGISTER_MOBILE_SMS', 'en', 'DEFAULT_EN'],
    ['LOGIN_MOBILE_SMS', 'zh', 'LOGIN'],
    ['LOGIN_MOBILE_SMS', 'en', 'LOGIN'],
    ['UPDATE_MOBILE_SMS', 'en', 'DEFAULT_EN'],
    ['UPDATE_MOBILE_SMS', 'zh', undefined],
  ] as const)('for %s in %s is %s', ([purpose, language, template]) => {
    expect(templateFor(templates, codeMessage({ purpose, language }))).toBe(template)
  })

  test('is one for everything when the operator named but one', () => {
    expect(templateFor(messageTemplates.parse({ default: 100001 }), codeMessage({ language: 'en' }))).toBe(
      '100001',
    )
  })
})

test.for<[string, unknown]>([
  ['nothing', {}],
  ['no language', { default: {} }],
  ['an unknown language', { default: { fr: 'SMS_1' } }],
  ['a purpose in small letters', { bind: 'SMS_1' }],
  ['a prototype', JSON.parse('{"__proto__":"SMS_1"}')],
  ['an empty id', { default: '' }],
  ['an id with a space', { default: 'SMS 1' }],
  ['an id of 65 characters', { default: 'x'.repeat(65) }],
  ['a fraction', { default: 1.5 }],
  ['a negative number', { default: -1 }],
  ['a list', { default: ['SMS_1'] }],
])('templates with %s are refused', ([, templates]) => {
  expect(messageTemplates.safeParse(templates).success).toBe(false)
})

test('an id may have 64 characters', () => {
  expect(messageTemplates.safeParse({ default: 'x'.repeat(64) }).success).toBe(true)
})

test.for<[string, unknown]>([
  ['without the code', ['minutes']],
  ['without anything', []],
  ['with a value that is none of ours', ['code', 'password']],
])('parameters %s are refused', ([, parameters]) => {
  expect(orderedParameters.safeParse(parameters).success).toBe(false)
})

test.for<[string, unknown]>([
  ['without the code', { min: 'minutes' }],
  ['without anything', {}],
  ['with a value that is none of ours', { code: 'code', other: '##code##' }],
  ['with a name that no template can have', { 'a b': 'code' }],
])('named parameters %s are refused', ([, parameters]) => {
  expect(namedParameters({ code: 'code' }).safeParse(parameters).success).toBe(false)
})

test.for([
  [600, '10'],
  [300, '5'],
  [299, '4'],
  [60, '1'],
  [59, '1'],
] as const)('%i seconds are %s minutes in a template', ([expiresInSeconds, minutes]) => {
  expect(valuesOf(codeMessage({ expiresInSeconds })).minutes).toBe(minutes)
})

test('a name cannot break out of the JSON of the parameters', () => {
  const message = codeMessage({ applicationName: { zh: `","code":"000000"}\\`, en: '' } })

  const json = namedValues({ name: 'application', code: 'code' }, message)

  expect(JSON.parse(json)).toEqual({ name: `","code":"000000"}\\`, code: '232326' })
})
