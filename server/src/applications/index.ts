export {
  algorithmsInUse,
  allOrigins,
  findApplication,
  idTokenSubject,
  listApplications,
  lockApplication,
  removeApplication,
  saveApplication,
  setApplicationDisabled,
  type Application,
} from './application.store.ts'
