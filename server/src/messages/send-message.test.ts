import { expect, test } from 'vitest'
import { codeEmail, codeMessage } from '../testing/code-message.ts'
import { SENT, unknown, type Gateway, type SendOutcome } from './message.ts'
import { channelsOf, sendMessage } from './send-message.ts'

test('a message goes to the first gateway of its channel, and to no other one when that is in doubt', async () => {
  const calls: string[] = []
  const gateway = (name: string, channel: 'sms' | 'email', outcome: SendOutcome): Gateway => ({
    name,
    channel,
    send: async () => {
      calls.push(name)
      return outcome
    },
  })
  const gateways = [
    gateway('mail', 'email', SENT),
    gateway('first', 'sms', unknown('timeout')),
    gateway('second', 'sms', SENT),
  ]

  expect(await sendMessage(gateways, codeMessage())).toEqual({ result: 'unknown', because: 'timeout' })
  expect(await sendMessage(gateways, codeEmail())).toEqual({ result: 'sent' })

  expect(calls).toEqual(['first', 'mail'])
  expect(channelsOf(gateways)).toEqual(['email', 'sms'])
})

test('without a gateway for the channel it certainly did not go out', async () => {
  expect(await sendMessage([], codeMessage())).toEqual({ result: 'failed', because: 'no gateway for sms' })
  expect(channelsOf([])).toEqual([])
})
