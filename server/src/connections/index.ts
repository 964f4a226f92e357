export { bindIdentity } from './bind-identity.ts'
export {
  type Connection,
  type ConnectionKind,
  findOfApplication as findConnection,
  findSwitchedOn as findSwitchedOnConnection,
} from './connection.store.ts'
export { startWeChatEmulator, type WeChatEmulator } from './emulator/wechat.ts'
export { findIdentityOwner } from './find-identity.ts'
export {
  type BoundIdentity,
  learnUnion,
  listOf as listIdentitiesOf,
  type ProvenIdentity,
  turnsOf,
} from './identity.store.ts'
export { connectionRefusals } from './refusals.ts'
export { type ConnectionDescription, saveConnection } from './save-connection.ts'
export { unbindIdentity } from './unbind-identity.ts'
export { proveByWxLoginCode, type WeChatDeps } from './wechat-mini-program/prove-identity.ts'
