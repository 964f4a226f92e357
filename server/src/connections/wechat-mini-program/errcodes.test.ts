import { describe, expect, test } from 'vitest'
import type { RefusalDefinition } from '../../platform/refusal.ts'
import {
  exchangeAt,
  PERSON,
  refusalOf,
  startAnswering,
  startEmulator,
} from '../../testing/wechat-exchange.ts'
import { connectionRefusals } from '../refusals.ts'
import { errcodes, refusalFor, type WeChatCall } from './errcodes.ts'

const {
  sourceRefusedCode,
  phoneCodeRefused,
  sourceUnavailable,
  sourceBusy,
  sourceBlockedUser,
  sourceMisconfigured,
} = connectionRefusals

type Expected = readonly (readonly [RefusalDefinition, readonly number[]])[]

const OF_ANY_CALL: Expected = [
  [sourceBusy, [45011]],
  [
    sourceMisconfigured,
    [40066, 40164, 43003, 48001, 48004, 50007, 61003, 61004, 61007, 61016, 89501, 89503, 89506, 89507],
  ],
  [sourceUnavailable, [-1, 45009]],
]

const EXPECTED: Readonly<Record<WeChatCall, Expected>> = {
  code2Session: [
    ...OF_ANY_CALL,
    [sourceRefusedCode, [40029, 40163, 41008, 42003]],
    [sourceBlockedUser, [40226, 50002]],
    [sourceMisconfigured, [40001, 40013, 40125, 40243, 41002, 41004]],
    [sourceUnavailable, [40002, 43001]],
  ],
  getStableAccessToken: [
    ...OF_ANY_CALL,
    [sourceMisconfigured, [40001, 40013, 40125, 40243, 41002, 41004, 61024]],
    [sourceUnavailable, [40002, 43002, 44002, 47001]],
  ],
  getPhoneNumber: [
    ...OF_ANY_CALL,
    [phoneCodeRefused, [40013, 40029, 40097, 40163, 41008, 42003]],
    [sourceBlockedUser, [40226, 50002]],
    [sourceUnavailable, [40001, 40014, 41001, 42001, 43002, 44002, 47001]],
  ],
}
const CALLS = Object.keys(EXPECTED) as WeChatCall[]

const known = (call: WeChatCall) =>
  EXPECTED[call].flatMap(([definition, codes]) => codes.map((errcode) => ({ errcode, definition })))

describe.for(CALLS)('%s', (call) => {
  test('the list above is complete', () => {
    const listed = known(call).map(({ errcode }) => errcode)
    expect(listed.toSorted((a, b) => a - b)).toEqual([...errcodes[call].keys()].toSorted((a, b) => a - b))
  })

  test.for(known(call))('errcode $errcode is $definition.code', ({ errcode, definition }) => {
    const refusal = refusalFor(call, errcode)

    expect(refusal.definition).toBe(definition)
    expect(refusal.details.because).toMatch(new RegExp(`^errcode ${errcode}: .+`))
    expect(refusal.details.retryAfterSeconds).toBe(errcode === 45011 ? 60 : undefined)
  })

  test('an errcode that we do not know is the error of the source, which names the call', () => {
    const refusal = refusalFor(call, 12345)

    expect(refusal.definition).toBe(sourceUnavailable)
    expect(refusal.details.because).toBe('errcode 12345')
    expect(refusal.text('en')).toBe(`Error calling interface ${call}`)
    expect(refusal.text('zh')).toBe(`调用接口${call}出错`)
  })
})

test.concurrent.for(known('code2Session'))(
  'an exchange that gets $errcode is refused with $definition.code',
  async ({ errcode, definition }, t) => {
    const emulator = await startEmulator(t)

    const refusal = await refusalOf(exchangeAt(emulator.apiBase, `mock:error:${errcode}`))

    expect(refusal.definition).toBe(definition)
  },
)

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
