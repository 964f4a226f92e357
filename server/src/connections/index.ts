export { bindIdentity, type BindObstacle, findObstacle } from './bind-identity.ts'
export {
  type Connection,
  connectionKind,
  type ConnectionKind,
  findOfApplication as findConnection,
  findIdByName as findConnectionId,
  findSwitchedOn as findSwitchedOnConnection,
  lock as lockConnection,
  remove as removeConnection,
  sealedColumns as connectionSealedColumns,
  secondIdentity,
  setDisabled as setConnectionDisabled,
  switchOffFor as switchConnectionsOffFor,
  whenUnbound,
} from './connection.store.ts'
export { startWeChatEmulator, type WeChatEmulator } from './emulator/wechat.ts'
export { connectionFindings } from './findings.ts'
export { findIdentityOwner } from './find-identity.ts'
export {
  type BoundIdentity,
  hasIdentities,
  learnUnion,
  listOf as listIdentitiesOf,
  type ProvenIdentity,
  turnsOf,
  type UnionEvidence,
  unionEvidenceOf,
} from './identity.store.ts'
export { listMiniPrograms } from './list-mini-programs.ts'
export { connectionRefusals, phoneButtonRefusals, wxLoginRefusals } from './refusals.ts'
export { type ConnectionDescription, listConnections, saveConnection } from './save-connection.ts'
export { unbindIdentity } from './unbind-identity.ts'
export { hasMarks as hasUnboundIdentities } from './unbound-identity.store.ts'
export { checkWeChat } from './wechat-mini-program/check-wechat.ts'
export { openPhoneButton, type PhoneButton } from './wechat-mini-program/phone-button.ts'
export {
  developmentPhoneButtonBudgets,
  type PhoneButtonBudgets,
  productionPhoneButtonBudgets,
} from './wechat-mini-program/phone-button-budgets.ts'
export { proveByWxLoginCode, type WeChatDeps } from './wechat-mini-program/prove-identity.ts'
export { sealedColumns as accessTokenSealedColumns } from './wechat-mini-program/access-token.store.ts'
