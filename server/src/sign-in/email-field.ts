import { doorRefusals } from '../platform/http/refusals.ts'
import { textField } from '../platform/http/fields.ts'
import { Refusal } from '../platform/refusal.ts'

/** `emial` stands in an example that clients were written by. */
export const emailField = { email: textField.optional(), emial: textField.optional() }

/** @throws {Refusal} when there is none, or two that differ */
export function emailOf({
  email,
  emial: alias,
}: {
  email?: string | undefined
  emial?: string | undefined
}): string {
  const one = email ?? alias
  if (one === undefined) throw new Refusal(doorRefusals.fieldMissing, { values: ['email'] })
  if (alias !== undefined && alias !== one) {
    throw new Refusal(doorRefusals.fieldMalformed, { values: ['email'] })
  }
  return one
}
