export { disableUser, enableUser, deleteUser } from './change-user.ts'
export { explainSignIn } from './explain-sign-in.ts'
export { importUsers } from './import-users.ts'
export { showUser } from './show-user.ts'
