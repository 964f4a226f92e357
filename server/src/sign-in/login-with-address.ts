import { record } from '../audit/index.ts'
import type { Connection } from '../connections/index.ts'
import { type Db, inTransaction, type Tx } from '../platform/db/index.ts'
import { readPolicy } from '../platform/policy/index.ts'
import { randomId } from '../platform/secrets.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type Address, findByVerifiedAddress, markAddress } from '../users/index.ts'
import type { Caller } from './caller.ts'
import { denyEntry, enter, type Entry, entryOrThrow, type Refused } from './enter.ts'
import { signInRefusals } from './refusals.ts'
import { registerUser } from './register-user.ts'
import { registration } from './registration.ts'

/**
 * What follows when a source has vouched for an address: its user comes in, and where registration is open
 * somebody whom nobody knows becomes a user.
 *
 * @throws {Refusal} `registrationClosed`
 */
export async function loginWithAddress(
  deps: { readonly db: Db; readonly vault: Vault },
  caller: Caller,
  connection: Connection,
  address: Address,
): Promise<Entry> {
  return entryOrThrow(
    await inTransaction(deps.db, (tx) => enterOrRegister(tx, deps.vault, caller, connection, address)),
  )
}

async function enterOrRegister(
  tx: Tx,
  vault: Vault,
  caller: Caller,
  connection: Connection,
  address: Address,
): Promise<Entry | Refused> {
  // By which the audit tells this sign-in from others, though it is over at once.
  const signInId = randomId()
  const known = await findByVerifiedAddress(tx, vault, address)
  if (known === undefined && !(await readPolicy(tx, registration)).open) {
    const because = 'nobody verified it, and registration is not open'
    await record(tx, {
      kind: 'sign_in_refused',
      at: caller.now,
      clientId: caller.application.clientId,
      signInId,
      connectionId: connection.id,
      address: markAddress(vault, address),
      ip: caller.ip,
      because,
    })
    return { status: 'REFUSED', definition: signInRefusals.registrationClosed, because }
  }
  const user = known ?? (await registerUser(tx, vault, caller, signInId, address))
  return user.isDisabled
    ? denyEntry(tx, caller, user, signInId)
    : enter(tx, caller, user, { signInId, identityId: undefined })
}
