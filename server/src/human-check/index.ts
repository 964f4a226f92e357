export { count as countForBreaker } from './breaker.store.ts'
export { watchBreaker } from './breaker.ts'
export { developmentHumanCheck, type HumanCheckDefaults, productionHumanCheck } from './budgets.ts'
export { readCredential } from './credential.ts'
export { type CheckedSend, listWantedKinds, passHumanCheck } from './pass-human-check.ts'
export {
  humanCheckPolicy,
  type HumanCheckRulesDeps,
  type Kind,
  KINDS,
  readHumanCheckRules,
} from './policy.ts'
export { humanCheckRefusals } from './refusals.ts'
export { takeChallenge } from './take-challenge.ts'
export { keyedColumns as humanCheckKeyedColumns } from './slider.store.ts'
export { sweepHumanChecks } from './sweep.ts'
