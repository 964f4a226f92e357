import { expect, test } from 'vitest'
import type { RefusalDefinition } from '../../platform/refusal.ts'
import {
  exchangeAt,
  PERSON,
  refusalOf,
  startAnswering,
  startEmulator,
} from '../../testing/wechat-exchange.ts'
import { connectionRefusals } from '../refusals.ts'
import { errcodes } from './errcodes.ts'

const { sourceRefusedCode, sourceUnavailable, sourceBusy, sourceBlockedUser, sourceMisconfigured } =
  connectionRefusals

const REFUSALS = new Map<RefusalDefinition, readonly number[]>([
  [sourceRefusedCode, [40029, 40163, 41008, 42003]],
  [sourceBusy, [45011]],
  [sourceBlockedUser, [40226, 50002]],
  [
    sourceMisconfigured,
    [
      40001, 40013, 40066, 40125, 40164, 40243, 41002, 41004, 43003, 48001, 48004, 50007, 61003, 61004, 61007,
      61016, 89501, 89503, 89506, 89507,
    ],
  ],
  [sourceUnavailable, [-1, 40002, 43001, 45009]],
])
const KNOWN = [...REFUSALS].flatMap(([definition, codes]) =>
  codes.map((errcode) => ({ errcode, definition })),
)

test('the list below is complete', () => {
  const listed = KNOWN.map(({ errcode }) => errcode)
  expect(listed.toSorted((a, b) => a - b)).toEqual([...errcodes.keys()].toSorted((a, b) => a - b))
})

test.concurrent.for(KNOWN)('errcode $errcode is $definition.code', async ({ errcode, definition }, t) => {
  const emulator = await startEmulator(t)

  const refusal = await refusalOf(exchangeAt(emulator.apiBase, `mock:error:${errcode}`))

  expect(refusal.definition).toBe(definition)
  expect(refusal.details.because).toMatch(new RegExp(`^errcode ${errcode}: .+`))
  expect(refusal.details.retryAfterSeconds).toBe(errcode === 45011 ? 60 : undefined)
})

test('an errcode that we do not know is the error of the source', async (t) => {
  const emulator = await startEmulator(t)

  const refusal = await refusalOf(exchangeAt(emulator.apiBase, 'mock:error:12345'))

  expect(refusal.definition).toBe(sourceUnavailable)
  expect(refusal.details.because).toBe('errcode 12345')
  expect(refusal.text('en')).toBe('Error calling interface code2Session')
  expect(refusal.text('zh')).toBe('调用接口code2Session出错')
})

test('an errcode written as a string means the same', async (t) => {
  const server = await startAnswering(t, '{"errcode":"40029","errmsg":"invalid code"}')

  const refusal = await refusalOf(exchangeAt(server.url))

  expect(refusal.definition).toBe(sourceRefusedCode)
})

test('an errcode outweighs an openid that stands beside it', async (t) => {
  const server = await startAnswering(t, JSON.stringify({ ...PERSON, errcode: 40029 }))

  const refusal = await refusalOf(exchangeAt(server.url))

  expect(refusal.definition).toBe(sourceRefusedCode)
})

test.for([0, '0'])('errcode %j is none', async (errcode, t) => {
  const server = await startAnswering(t, JSON.stringify({ ...PERSON, errcode, errmsg: 'ok' }))

  expect(await exchangeAt(server.url)).toEqual({ openid: PERSON.openid, unionid: undefined })
})
