import type { Gateway, SendOutcome } from './message.ts'
import type { ConfiguredGateway, Gateways } from './open-gateways.ts'

/** Who carries a message: the operator's name for it, and its channel. */
interface Carrier {
  readonly gateway: string
  readonly channel: string
}

/** Counts what gateways do. Never told an address or a text. */
export interface SendCounter {
  /** Told of each gateway when it is first there, before it is used. */
  expect(carrier: Carrier): void
  count(carrier: Carrier, result: SendOutcome['result'], tookMs: number): void
}

/** The same gateways, with their messages counted by what came of them. */
export function countedGateways(gateways: Gateways, counter: SendCounter): Gateways {
  const counted = new WeakMap<ConfiguredGateway, ConfiguredGateway>()

  function countedOne(configured: ConfiguredGateway): ConfiguredGateway {
    const known = counted.get(configured)
    if (known !== undefined) return known
    const carrier = { gateway: configured.name, channel: configured.gateway.channel }
    counter.expect(carrier)
    const one = { ...configured, gateway: countedGateway(configured.gateway, carrier, counter) }
    counted.set(configured, one)
    return one
  }

  return {
    use: (act) => gateways.use((configured) => act(configured.map(countedOne))),
    close: () => gateways.close(),
  }
}

function countedGateway(gateway: Gateway, carrier: Carrier, counter: SendCounter): Gateway {
  return {
    ...gateway,
    async send(message) {
      const startedAt = performance.now()
      // A gateway that throws, which none may, leaves it open whether the message went out.
      let result: SendOutcome['result'] = 'unknown'
      try {
        const outcome = await gateway.send(message)
        result = outcome.result
        return outcome
      } finally {
        counter.count(carrier, result, performance.now() - startedAt)
      }
    },
  }
}
