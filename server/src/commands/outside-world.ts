import type { FastifyInstance } from 'fastify'
import {
  addDevPage,
  demoConnections,
  developmentSendBudgets,
  fixedGateways,
  openDevInbox,
  openGateways,
  productionSendBudgets,
  seed,
  type ServerOptions,
  startWeChatEmulator,
} from '../app.ts'
import type { Settings } from '../config.ts'
import type { Deployment } from '../deployment.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { openOutboundLane } from '../platform/outbound/outbound.ts'

const WECHAT_API = new URL('https://api.weixin.qq.com')

/** Calls under way to one kind of outside server; a slow one then holds up nothing else. */
const MAX_IN_FLIGHT = 100

/** Something that is let go of when the server stops. */
export interface Closing {
  close(): Promise<void>
}

type OutsideOptions = Pick<ServerOptions, 'gateways' | 'sendBudgets' | 'weChatApi' | 'weChatOutbound'>

/** The real outside world, as the database describes it. */
export function openProduction(
  { db, vault }: Deployment,
  clock: Clock,
  log: Log,
  settings: Pick<Settings, 'weChatApi'>,
): { readonly options: OutsideOptions } & Closing {
  const gateways = openGateways({ db, vault, clock, log })
  return {
    options: {
      gateways,
      sendBudgets: productionSendBudgets,
      weChatApi: settings.weChatApi ?? WECHAT_API,
      weChatOutbound: openOutboundLane(MAX_IN_FLIGHT),
    },
    close: () => gateways.close(),
  }
}

/** Stand-ins for the outside world on this machine, with the demo data. */
export async function openDevelopment(
  deployment: Deployment,
  clock: Clock,
  settings: Pick<Settings, 'weChatApi'>,
): Promise<{ readonly options: OutsideOptions; addRoutes(app: FastifyInstance): void } & Closing> {
  await seed(deployment.db, deployment.vault, clock.now())
  const inbox = openDevInbox()
  const weChat = await startWeChatEmulator(
    { clock },
    demoConnections.map(({ appId, appSecret }) => ({ appId, appSecret, openPlatform: 'emulated account' })),
  )
  return {
    options: {
      // Whatever gateways the database has: nothing leaves this machine.
      gateways: fixedGateways(inbox.gateways),
      sendBudgets: developmentSendBudgets,
      weChatApi: settings.weChatApi ?? weChat.apiBase,
      weChatOutbound: openOutboundLane(MAX_IN_FLIGHT),
    },
    addRoutes: (app) => addDevPage(app, { inbox, weChat }),
    close: () => weChat.close(),
  }
}
