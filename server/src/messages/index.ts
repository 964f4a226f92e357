export { channelsOf, sendMessage } from './send-message.ts'
export { openDevInbox, type DevInbox, type InboxMessage } from './dev-inbox.ts'
export {
  openHttpSmsGateway,
  type HttpSmsGatewayDeps,
  type HttpSmsGatewaySettings,
} from './http-sms-gateway.ts'
export { openSmtpGateway } from './smtp-gateway.ts'
export type { SmtpGatewaySettings } from './smtp-settings.ts'
export { MAX_IN_FLIGHT } from './message.ts'
export type { CodeMessage, Gateway, MessageTemplate, SendOutcome, SendResult } from './message.ts'
