import { z } from 'zod'
import { textField } from '../platform/http/fields.ts'
import { Refusal } from '../platform/refusal.ts'
import { type Address, parseEmail, parseMobile } from '../users/index.ts'
import { verificationRefusals } from './refusals.ts'

/** `{ mobile, verify_code }` or `{ email, verify_code }`, never both. */
export const byAddress = z.object({
  mobile: textField.optional(),
  email: textField.optional(),
  verify_code: textField,
})

/**
 * The one address of a body.
 *
 * @throws {Refusal} `addressChoice` when both or neither are there; what `parseMobile` and `parseEmail` throw
 */
export async function addressOf(body: {
  mobile?: string | undefined
  email?: string | undefined
}): Promise<Address> {
  if (body.mobile !== undefined && body.email === undefined) return parseMobile(body.mobile)
  if (body.email !== undefined && body.mobile === undefined) return parseEmail(body.email)
  throw new Refusal(verificationRefusals.addressChoice)
}
