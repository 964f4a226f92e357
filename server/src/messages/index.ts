export { countedGateways } from './counted-gateways.ts'
export { checkGateways } from './check-gateways.ts'
export { openDevInbox, type DevInbox } from './dev-inbox.ts'
export { gatewayFindings } from './findings.ts'
export { gatewayDescription } from './gateway-description.ts'
export { areaCode } from './gateway-kind.ts'
export { remove as removeGateway, sealedColumns as messageSealedColumns } from './gateway.store.ts'
export { openHttpSmsGateway } from './http-sms-gateway.ts'
export {
  countSince as countAttemptsSince,
  keyedColumns as messageKeyedColumns,
  listOfSignIn as listAttemptsOfSignIn,
  type AttemptCount,
  type RecordedAttempt,
  sweep as sweepAttempts,
} from './message-attempt.store.ts'
export type {
  CodeMessage,
  Gateway,
  Message,
  MessageTemplate,
  NoticeKind,
  NoticeMessage,
  SendOutcome,
} from './message.ts'
export {
  countSince as countNoticesSince,
  sealedColumns as noticeSealedColumns,
  sweep as sweepNotices,
} from './notice.store.ts'
export {
  channelsOf,
  type ConfiguredGateway,
  fixedGateways,
  type Gateways,
  openGateways,
} from './open-gateways.ts'
export { type NewNotice, queueNotice } from './queue-notice.ts'
export { listGateways, saveGateway } from './save-gateway.ts'
export { candidatesFor, sendMessage } from './send-message.ts'
export { type Admission, sendNotices, type SendNoticesDeps } from './send-notices.ts'
export { messageTexts } from './wording.ts'
