export { accessPolicy } from './access-policy.ts'
export { decideAccess } from './decide-access.ts'
export { type DeviceTrust, trustDevice } from './trust-device.ts'
export {
  end as endTrustOf,
  endAllOf as endEveryTrustOf,
  listOf as listTrustedDevices,
  sweep as sweepTrustedDevices,
  type TrustedDevice,
} from './trusted-device.store.ts'
export { note as noteVisit } from './user-visit.store.ts'
