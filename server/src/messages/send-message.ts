import type { Channel } from '../users/index.ts'
import { failed, type CodeMessage, type Gateway, type SendOutcome } from './message.ts'

/** Sends by the first gateway of the address's channel; another one is not tried, lest two messages arrive. */
export async function sendMessage(gateways: readonly Gateway[], message: CodeMessage): Promise<SendOutcome> {
  const gateway = gateways.find(({ channel }) => channel === message.to.channel)
  return gateway === undefined ? failed(`no gateway for ${message.to.channel}`) : gateway.send(message)
}

/** The channels that something can be sent by, each once. */
export function channelsOf(gateways: readonly Gateway[]): readonly Channel[] {
  return [...new Set(gateways.map(({ channel }) => channel))]
}
