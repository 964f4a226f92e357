import { z } from 'zod'
import { Refusal } from '../../platform/refusal.ts'
import { type Address, markAddress, maskAddress, parseEmail, parseMobile } from '../../users/index.ts'
import { listTestCodes, removeTestAddress, setTestAddress } from '../../verifications/index.ts'
import { defineObjects } from '../section.ts'

const SIX_DIGITS = 'must be six digits, in quotes'

/**
 * What is stored of an address is its blind index. A name of the file is looked up by it; what the file does
 * not name goes by the index itself.
 */
export const testAddresses = defineObjects({
  name: 'test_addresses',
  noun: 'test address',
  meaning:
    'Addresses with a fixed code, as reviewers of app stores need them. Nothing is sent to them. Whoever knows such a code signs in as the user of that address, and every start warns of it.',
  isPrivate: true,
  names: z.string().transform(async (text, context) => {
    try {
      return (await addressOf(text)).value
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const message = 'must be a mobile number or an email address'
      context.issues.push({ code: 'custom', message, input: text })
      return z.NEVER
    }
  }),
  schema: z
    .string({ error: SIX_DIGITS })
    .regex(/^\d{6}$/, { error: SIX_DIGITS })
    .meta({ title: 'six digits in quotes', description: 'The code.' }),
  show: async (name) => maskAddress(await addressOf(name)),
  async list({ tx, vault }, named) {
    const names = new Map<string, string>()
    for (const name of named) names.set(markAddress(vault, await addressOf(name)).index, name)
    const stored = await listTestCodes(tx, vault)
    return new Map(stored.map(({ index, verifyCode }) => [names.get(index) ?? index, verifyCode]))
  },
  async save({ tx, vault }, name, verifyCode) {
    const address = await addressOf(name)
    await setTestAddress(tx, vault, address, verifyCode)
    return { address: markAddress(vault, address) }
  },
  async remove({ tx, vault }, index) {
    const stored = (await listTestCodes(tx, vault)).find((each) => each.index === index)
    const masked = stored?.masked ?? ''
    await removeTestAddress(tx, index)
    return { shown: masked, address: { index, masked } }
  },
})

async function addressOf(text: string): Promise<Address> {
  return text.includes('@') ? parseEmail(text) : parseMobile(text)
}
