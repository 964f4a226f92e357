export { type AccessRule, accessRule, groupName } from './access-rule.ts'
export {
  algorithmsInUse,
  allOrigins,
  findApplication,
  idTokenSubject,
  listApplications,
  lockApplication,
  removeApplication,
  longestIdTokenSeconds,
  saveApplication,
  setApplicationDisabled,
  type Application,
} from './application.store.ts'
