export { admitNotice } from './admit-notice.ts'
export { developmentSendBudgets, productionSendBudgets, type SendBudgets } from './budgets.ts'
export { checkVerificationCode, type CodeGuess, type GuessedBy } from './check-verification-code.ts'
export { type Purpose, purposeOf, purposesOf } from './purposes.ts'
export { verificationRefusals } from './refusals.ts'
export { verificationKeyedColumns } from './reindex-test-addresses.ts'
export { readResendMs, type SendPolicy, sendPolicy, type SendRulesDeps } from './send-policy.ts'
export { listSendWarnings } from './send-warnings.ts'
export { listTestCodes, setTestAddress } from './test-address.ts'
export {
  endOpenTo as endOpenCodesTo,
  giveBack as giveCodeBack,
  hasAny as hasVerifications,
  listOfSignIn as listCodesOfSignIn,
  listTestAddresses,
  type OpenVerification,
  removeTestAddress,
  sealedColumns as verificationSealedColumns,
  sweep as sweepVerifications,
} from './verification.store.ts'
export { addressOf, byAddress } from './wire.ts'
