import type { FastifyInstance } from 'fastify'
import {
  addDevPage,
  demoConnections,
  developmentSendBudgets,
  openDevInbox,
  openHttpSmsGateway,
  openSmtpGateway,
  productionSendBudgets,
  seed,
  type ServerOptions,
  startWeChatEmulator,
} from '../app.ts'
import type { Settings } from '../config.ts'
import type { Deployment } from '../deployment.ts'
import type { Clock } from '../platform/clock.ts'
import { openOutboundLane } from '../platform/outbound/outbound.ts'
import { StartError } from '../platform/start-error.ts'

const WECHAT_API = new URL('https://api.weixin.qq.com')

/** Calls under way to one kind of outside server; a slow one then holds up nothing else. */
const MAX_IN_FLIGHT = 100

/** Something that is let go of when the server stops. */
export interface Closing {
  close(): Promise<void>
}

type OutsideOptions = Pick<ServerOptions, 'gateways' | 'sendBudgets' | 'weChatApi' | 'weChatOutbound'>

/** The real outside world, as the settings describe it. */
export async function openProduction(
  clock: Clock,
  settings: Settings,
): Promise<{ readonly options: OutsideOptions } & Closing> {
  const gateways = [...smsGateways(clock, settings), ...mailGateways(settings)]
  return {
    options: {
      gateways,
      sendBudgets: productionSendBudgets,
      weChatApi: settings.weChatApi ?? WECHAT_API,
      weChatOutbound: openOutboundLane(MAX_IN_FLIGHT),
    },
    async close() {
      for (const gateway of gateways) await gateway.close?.()
    },
  }
}

function smsGateways(clock: Clock, { smsUrl, smsSecret }: Settings) {
  if (smsUrl === undefined && smsSecret === undefined) return []
  if (smsUrl === undefined || smsSecret === undefined) {
    throw new StartError('LIGATURE_SMS_URL and LIGATURE_SMS_SECRET belong together; one of them is missing')
  }
  const outbound = openOutboundLane(MAX_IN_FLIGHT)
  return [openHttpSmsGateway({ clock, outbound }, { url: smsUrl, secret: smsSecret })]
}

function mailGateways({ smtpUrl, mailFrom }: Settings) {
  if (smtpUrl === undefined && mailFrom === undefined) return []
  if (smtpUrl === undefined || mailFrom === undefined) {
    throw new StartError('LIGATURE_SMTP_URL and LIGATURE_MAIL_FROM belong together; one of them is missing')
  }
  return [openSmtpGateway({ url: smtpUrl, from: mailFrom })]
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
      gateways: inbox.gateways,
      sendBudgets: developmentSendBudgets,
      weChatApi: settings.weChatApi ?? weChat.apiBase,
      weChatOutbound: openOutboundLane(MAX_IN_FLIGHT),
    },
    addRoutes: (app) => addDevPage(app, { inbox, weChat }),
    close: () => weChat.close(),
  }
}
