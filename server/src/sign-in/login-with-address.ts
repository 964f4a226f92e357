import { record } from '../audit/index.ts'
import type { Tx } from '../platform/db/index.ts'
import { readPolicy } from '../platform/policy/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type Address, markAddress, type User } from '../users/index.ts'
import type { Caller } from './caller.ts'
import type { Decision } from './conclude.ts'
import { enter } from './enter.ts'
import { signInRefusals } from './refusals.ts'
import { registerUser } from './register-user.ts'
import { registration } from './registration.ts'

/** Somebody who has proved an address, on his way in. */
export interface AddressArrival {
  readonly caller: Caller
  readonly address: Address
  /** Who has verified it, as this transaction has seen. */
  readonly known: User | undefined
  /** By which the audit tells this sign-in from others, though it is over at once. */
  readonly signInId: string
  /** Of the source that vouched for the address, if one did. */
  readonly connectionId?: string
}

/**
 * What follows when an address is proved at a login: its user comes in, and where registration is open somebody
 * whom nobody knows becomes a user.
 */
export async function enterWithAddress(tx: Tx, vault: Vault, arrival: AddressArrival): Promise<Decision> {
  const { caller, address, known, signInId, connectionId } = arrival
  if (known === undefined && !(await readPolicy(tx, registration)).open) {
    const because = 'nobody verified it, and registration is not open'
    await record(tx, {
      kind: 'sign_in_refused',
      at: caller.now,
      clientId: caller.application.clientId,
      signInId,
      ...(connectionId !== undefined && { connectionId }),
      address: markAddress(vault, address),
      ip: caller.ip,
      because,
    })
    const definition = signInRefusals[address.channel === 'sms' ? 'registrationClosed' : 'emailNotRegistered']
    return { status: 'REFUSED', definition, because }
  }
  const user = known ?? (await registerUser(tx, vault, caller, signInId, address))
  return enter(tx, caller, user, { signInId, identityId: undefined, provedChannel: address.channel })
}
