import type { Vault } from '../platform/vault/vault.ts'
import type { Address } from './address.ts'
import { maskAddress } from './parse-address.ts'
import { sealContext, type StoredAddress } from './user.store.ts'

/** How an address is named in what we keep: findable, recognisable, not readable. */
export interface AddressMark {
  readonly index: string
  readonly masked: string
}

/** A request asks for the mark of its address several times. */
const marks = new WeakMap<Address, { readonly of: Vault; readonly mark: AddressMark }>()

/** @returns the blind index and the masked form of an address */
export function markAddress(vault: Vault, address: Address): AddressMark {
  const known = marks.get(address)
  if (known?.of === vault) return known.mark
  const mark = { index: vault.blindIndex(address.channel, address.value), masked: maskAddress(address) }
  marks.set(address, { of: vault, mark })
  return mark
}

/** Makes an address fit to be stored with its user. */
export function sealAddress(
  vault: Vault,
  userId: string,
  address: Address,
  verifiedAt: number | null,
): StoredAddress {
  return {
    channel: address.channel,
    sealed: vault.seal(sealContext(userId, address.channel), address.value),
    ...markAddress(vault, address),
    verifiedAt,
  }
}

/** @returns the canonical value of a stored address */
export function openAddress(vault: Vault, userId: string, stored: StoredAddress): string {
  return vault.open(sealContext(userId, stored.channel), stored.sealed)
}
