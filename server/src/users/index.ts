export { accountNameOf } from './account-name.ts'
export type { Address, Channel } from './address.ts'
export {
  close as closeUser,
  findNextClosing,
  isDisabledByOperator,
  listClosed as listClosedUsers,
  removeClosed as removeClosedUser,
  reopen as reopenUser,
} from './closed-user.store.ts'
export {
  attributePolicy,
  type AttributeRules,
  customAttribute,
  customAttributeName,
  customAttributes,
  readAttributeRules,
} from './attribute-rules.ts'
export { type AttributeName, attributeNames, loadAttributes } from './attributes.ts'
export { maskAttributes } from './mask-attributes.ts'
export { changeAddress } from './change-address.ts'
export { changeOwnProfile } from './change-profile.ts'
export { checkImported, checkRegistration, type GivenAttributes, type Profile } from './check-attributes.ts'
export { addUser, createUser, type NewUser, turnsOfUser } from './create-user.ts'
export { findByVerifiedAddress } from './find-user.ts'
export { findNewIndices } from './find-new-indices.ts'
export {
  areaCodeOf,
  mailboxOf,
  maskAddress,
  parseEmail,
  parseMobile,
  parseMobileOf,
} from './parse-address.ts'
export { userRefusals } from './refusals.ts'
export { listAddressesOf, listVerifiedAddressesOf } from './list-addresses.ts'
export { type AddressMark, markAddress } from './sealed-address.ts'
export { userKeyedColumns } from './reindex-addresses.ts'
export { sealedColumns as userAttributeSealedColumns } from './user-attributes.store.ts'
export { loadProfile, type UserProfile } from './user-profile.ts'
export { isUserName } from './user-name.ts'
export {
  find as findUser,
  findByName as findUserByName,
  hasVerifiedAddress,
  remove as removeUser,
  sealedColumns as userSealedColumns,
  setDisabled as setUserDisabled,
  type User,
} from './user.store.ts'
export { listGroupsOf, setGroupsOf } from './user-group.store.ts'
export { givenAttributes } from './wire.ts'
