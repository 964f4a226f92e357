export {
  codeLifetimeMs,
  developmentSendBudgets,
  guessBudget,
  productionSendBudgets,
  type SendBudgets,
} from './budgets.ts'
export { checkVerificationCode } from './check-verification-code.ts'
export { purposeOf, type Purpose } from './purposes.ts'
export { verificationRefusals } from './refusals.ts'
export type { SendDeps } from './send-verification-code.ts'
export { setTestAddress } from './test-address.ts'
export {
  listOfSignIn as listCodesOfSignIn,
  listTestAddresses,
  type OpenVerification,
  sweep as sweepVerifications,
} from './verification.store.ts'
export { addressOf, byAddress } from './wire.ts'
