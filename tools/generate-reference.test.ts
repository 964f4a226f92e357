import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { allRefusals, sdkEndpoints } from '../server/src/sdk-endpoints.ts'
import { openApiDocument, refusalsOf } from '../server/src/platform/http/openapi.ts'
import type { RefusalDefinition } from '../server/src/platform/refusal.ts'
import { staleFiles, writeReference } from './reference/reference-files.ts'
import { readRefusals, readRefusalSources } from './reference/refusal-sources.ts'
import { root, run } from './run.ts'

const OWN_FROM = 9000

/** The document, as far as it is read here. */
interface OpenApi extends Record<string, unknown> {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

interface Operation {
  readonly operationId: string
  readonly responses: Readonly<Record<'400', { readonly description: string }>>
}

/** What the documented API says, word for word; a Chinese text where it gives one. */
const documented: Readonly<Record<string, { readonly en: string; readonly zh?: string }>> = {
  'IDAAS.SDK.PARAM.0001': { en: 'Device information is incomplete', zh: '设备信息不完整' },
  'IDAAS.SDK.PARAM.0002': { en: 'clientId cannot be empty', zh: 'clientId不能为空' },
  'IDAAS.SDK.PARAM.0003': {
    en: 'The app is not registered, please register the app first',
    zh: '应用未注册,请先注册应用',
  },
  'IDAAS.SDK.PARAM.0014': { en: 'Invalid state token' },
  'IDAAS.SDK.PARAM.0016': { en: 'IdToken is invalid or expired' },
  'IDAAS.SDK.PARAM.0023': { en: 'Invalid or expired session token' },
  'IDAAS.SDK.CAPTCHA.0002': {
    en: 'Graphic verification code verification failed',
    zh: '图形验证码校验失败',
  },
  'IDAAS.SDK.CAPTCHA.0006': { en: 'Failed to send verification code' },
  'IDAAS.SDK.CAPTCHA.0007': { en: 'Incorrect verification code' },
  'IDAAS.SDK.COMMON.1007': { en: 'state_token parameter error' },
}

/** What siblings of the same family say, under their own prefix. */
const bySibling: typeof documented = {
  'IDAAS.SDK.CAPTCHA.0003': { en: 'CAPTCHA token expired', zh: '图形验证码校验通过令牌已失效' },
  'IDAAS.SDK.CAPTCHA.0004': { en: 'Invalid CAPTCHA token', zh: '图形验证码校验通过令牌校验失败' },
  'IDAAS.SDK.LOGIN.0001': {
    en: 'The user has been locked due to too many unsuccessful login attempts. It will be unlocked in {0} minutes and {1} seconds',
    zh: '由于多次登录失败,用户已被锁定。 它将在 {0} 分钟和 {1} 秒内解锁',
  },
  'IDAAS.SDK.LOGIN.0002': {
    en: 'Invalid user name or password. Remaining login attempts: {0}',
    zh: '无效的用户名或密码。 剩余登录尝试次数:{0}',
  },
  'IDAAS.SDK.LOGIN.1001': { en: 'Error calling interface {0}' },
  'IDAAS.SDK.LOGIN.1002': { en: 'User not bound' },
  'IDAAS.SDK.COM.0002': { en: 'System busy, please try again later', zh: '系统繁忙,请稍后重试' },
}

const refusals = Object.values(allRefusals).flatMap((table) => Object.values<RefusalDefinition>(table))
const codes = refusals.map((refusal) => refusal.code)
// The generator wrote it.
const openApi = JSON.parse(readFileSync(join(root, 'docs/reference/openapi.json'), 'utf8')) as OpenApi

test('no two refusals have one code, and each code has the family’s form', () => {
  expect(new Set(codes).size).toBe(codes.length)
  for (const code of codes) expect(code).toMatch(/^IDAAS\.SDK\.[A-Z]+\.\d{4}$/)
})

test('every refusal is in both languages, with the same places to fill in', () => {
  const placeholders = (text: string) => text.match(/\{\d\}/g)

  for (const { en, zh } of refusals) {
    expect(en).toMatch(/^[\x20-\x7e]+$/)
    expect(zh).toMatch(/\p{Script=Han}/u)
    expect(placeholders(zh)).toEqual(placeholders(en))
  }
})

test('codes below 9000 are the documented ones, with the documented texts', () => {
  const notOurs = refusals.filter(({ code }) => Number(code.split('.').at(-1)) < OWN_FROM)
  const expected = { ...documented, ...bySibling }

  expect(notOurs.map(({ code }) => code).toSorted()).toEqual(Object.keys(expected).toSorted())
  for (const refusal of notOurs) expect(refusal).toMatchObject(expected[refusal.code] ?? {})
})

test('every refusal that a refusals.ts holds is in the reference, with its comment', () => {
  const page = readFileSync(join(root, 'docs/reference/errors.md'), 'utf8')
  const written = readRefusalSources()

  expect(written.map(({ code }) => code).toSorted()).toEqual(codes.toSorted())
  for (const { code, en, zh } of refusals) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${code}\` |`))
    expect(row).toContain(en)
    expect(row).toContain(zh)
  }
  expect(page).toContain('Unknown and disabled look alike.')
})

test('a refusal is read with the comment above it, whatever the table looks like', () => {
  const text = `export const a = defineRefusals({
    /**
     * One,
     * two.
     */
    first: { code: 'X.1', en: 'a', zh: 'b' },
    'second': { en: 'a', zh: 'b', code: \`X.2\` },
    values: { en: 'not one' },
  } as const)`

  expect(readRefusals('a/refusals.ts', text)).toEqual([
    { file: 'a/refusals.ts', name: 'first', code: 'X.1', when: 'One, two.' },
    { file: 'a/refusals.ts', name: "'second'", code: 'X.2', when: '' },
  ])
})

test('the OpenAPI document is valid 3.1, in the reference and as a server serves it', async () => {
  const served = structuredClone(openApiDocument(sdkEndpoints, 'http://127.0.0.1:3000'))
  for (const document of [openApi, served]) {
    const validator = new Validator()
    const { valid, errors } = await validator.validate(document)

    expect(errors).toBeUndefined()
    expect(valid).toBe(true)
    expect(validator.version).toBe('3.1')
    expect(() => validator.resolveRefs()).not.toThrow()
  }
})

test('the OpenAPI document holds every endpoint with everything it may be refused with', () => {
  const operations = sdkEndpoints.map((endpoint) => {
    const found = openApi.paths[endpoint.path]?.[endpoint.method.toLowerCase()]
    for (const { code } of refusalsOf(endpoint)) expect(found?.responses[400].description).toContain(code)
    return found?.operationId
  })
  expect(new Set(operations).size).toBe(sdkEndpoints.length)
  expect(Object.values(openApi.paths).flatMap((path) => Object.keys(path))).toHaveLength(sdkEndpoints.length)
})

test('what is stale or missing is named', () => {
  const directory = mkdtempSync(join(tmpdir(), 'ligature-reference-'))
  try {
    writeReference(directory)
    expect(staleFiles(directory)).toEqual([])

    appendFileSync(join(directory, 'docs/reference/errors.md'), ' ')
    rmSync(join(directory, 'docs/reference/openapi.json'))
    expect(staleFiles(directory)).toEqual(['docs/reference/errors.md', 'docs/reference/openapi.json'])
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('the reference is up to date, and each file of it begins by saying how it is made', async () => {
  expect(await run('tools/generate-reference.ts', ['--check'])).toEqual({ isOk: true, output: '' })
  for (const name of [
    'configuration.md',
    'endpoints.md',
    'errors.md',
    'ligature.schema.json',
    'metrics.md',
    'openapi.json',
    'settings.md',
  ]) {
    const beginning = readFileSync(join(root, 'docs/reference', name), 'utf8').slice(0, 80)
    expect(beginning).toContain('node tools/generate-reference.ts')
  }
})
