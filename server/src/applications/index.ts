export {
  algorithmsInUse,
  allOrigins,
  findApplication,
  saveApplication,
  type Application,
  type IdTokenSubject,
} from './application.store.ts'
