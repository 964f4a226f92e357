import type { FastifyInstance } from 'fastify'
import {
  addDevPage,
  developmentPhoneButtonBudgets,
  developmentHumanCheck,
  developmentSendBudgets,
  fixedGateways,
  listMiniPrograms,
  openDevInbox,
  openGateways,
  productionPhoneButtonBudgets,
  productionHumanCheck,
  productionSendBudgets,
  seed,
  type ServerOptions,
  startWeChatEmulator,
  type WeChatEmulator,
} from '../app.ts'
import type { Settings } from '../config.ts'
import type { Deployment } from '../deployment.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { openOutboundLane } from '../platform/outbound/outbound.ts'

export const WECHAT_API = new URL('https://api.weixin.qq.com')

/** Calls under way to one kind of outside server; a slow one then holds up nothing else. */
const MAX_IN_FLIGHT = 100

/** Something that is let go of when the server stops. */
export interface Closing {
  close(): Promise<void>
}

/** What of the server's options is about the world outside. */
export type OutsideOptions = Pick<
  ServerOptions,
  | 'gateways'
  | 'sendBudgets'
  | 'humanCheck'
  | 'phoneButtonBudgets'
  | 'weChatApi'
  | 'weChatOutbound'
  | 'weChatPhoneOutbound'
>

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
      humanCheck: productionHumanCheck,
      phoneButtonBudgets: productionPhoneButtonBudgets,
      weChatApi: settings.weChatApi ?? WECHAT_API,
      weChatOutbound: openOutboundLane(MAX_IN_FLIGHT),
      weChatPhoneOutbound: openOutboundLane(MAX_IN_FLIGHT),
    },
    close: () => gateways.close(),
  }
}

/** The outside world as it is in development. */
export interface Development extends Closing {
  readonly options: OutsideOptions
  readonly weChat: WeChatEmulator
  addRoutes(app: FastifyInstance): void
}

/** Stand-ins for the outside world on this machine, with the demo data. */
export async function openDevelopment(
  deployment: Deployment,
  clock: Clock,
  settings: Pick<Settings, 'weChatApi'>,
): Promise<Development> {
  const { db, vault } = deployment
  await seed(db, vault, clock.now())
  const inbox = openDevInbox()
  const weChat = await startWeChatEmulator({ clock }, () => listMiniPrograms(db, vault))
  return {
    options: {
      // Whatever gateways the database has: nothing leaves this machine.
      gateways: fixedGateways(inbox.gateways),
      sendBudgets: developmentSendBudgets,
      humanCheck: developmentHumanCheck,
      phoneButtonBudgets: developmentPhoneButtonBudgets,
      weChatApi: settings.weChatApi ?? weChat.apiBase,
      weChatOutbound: openOutboundLane(MAX_IN_FLIGHT),
      weChatPhoneOutbound: openOutboundLane(MAX_IN_FLIGHT),
    },
    weChat,
    addRoutes: (app) => addDevPage(app, { inbox, weChat }),
    close: () => weChat.close(),
  }
}
