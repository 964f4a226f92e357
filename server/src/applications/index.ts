export {
  algorithmsInUse,
  allOrigins,
  findApplication,
  saveApplication,
  type Application,
} from './application.store.ts'
