import type { Address, User } from '../users/index.ts'
import { Refusal, type RefusalDefinition } from '../platform/refusal.ts'
import { isCommonPassword } from './common-password.ts'
import { countClasses, type PasswordPolicy } from './password-policy.ts'
import { credentialRefusals } from './refusals.ts'

/** Shorter data of a person stands in too many good passwords by chance. */
const SHORTEST_LATIN = 4
const SHORTEST_OTHER = 2

/**
 * The rules that are about the password alone. They tell nothing of a user, so they may be asked before anybody has
 * proved to be him.
 *
 * @throws {Refusal} `passwordLength`, `passwordClasses`, `passwordRepeats`, `passwordCommon`
 */
export function checkPasswordRules(password: string, policy: PasswordPolicy): void {
  const { min_length: min, max_length: max } = policy
  // Not code points: clients compare what their languages call the length.
  if (password.length < min || password.length > max) {
    throw new Refusal(credentialRefusals.passwordLength, { values: [String(min), String(max)] })
  }
  if (countClasses(password) < policy.classes) {
    throw new Refusal(credentialRefusals.passwordClasses, { values: [String(policy.classes)] })
  }
  if (longestRepeat(password) > policy.repeats) {
    throw new Refusal(credentialRefusals.passwordRepeats, { values: [String(policy.repeats)] })
  }
  if (!policy.allow_common && isCommonPassword(password)) throw new Refusal(credentialRefusals.passwordCommon)
}

/** @returns what stands against a password because of whose it is to be */
export function objectionOfOwner(
  password: string,
  policy: PasswordPolicy,
  user: Pick<User, 'userName' | 'name'>,
  addresses: readonly Address[],
): RefusalDefinition | undefined {
  if (policy.allow_own_data) return undefined
  const text = password.toLowerCase()
  const holdsOwnData = ownDataOf(user, addresses).some((data) => text.includes(data))
  return holdsOwnData ? credentialRefusals.passwordOwnData : undefined
}

function ownDataOf(
  { userName, name }: Pick<User, 'userName' | 'name'>,
  addresses: readonly Address[],
): string[] {
  const words = [
    userName,
    [...userName].toReversed().join(''),
    name,
    ...addresses.map(({ channel, value }) =>
      channel === 'sms' ? value.slice(value.indexOf('-') + 1) : (value.split('@')[0] ?? ''),
    ),
  ]
  return words.map((word) => word.normalize('NFC').toLowerCase()).filter(isTelling)
}

function isTelling(word: string): boolean {
  return [...word].length >= (/^[\x20-\x7e]*$/.test(word) ? SHORTEST_LATIN : SHORTEST_OTHER)
}

function longestRepeat(password: string): number {
  let longest = 0
  let length = 0
  let last: string | undefined
  for (const character of password) {
    length = character === last ? length + 1 : 1
    longest = Math.max(longest, length)
    last = character
  }
  return longest
}
