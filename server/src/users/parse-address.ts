import { Refusal } from '../platform/refusal.ts'
import type { Address } from './address.ts'
import { userRefusals } from './refusals.ts'

const CHINA = '86'
const CHINA_MOBILE = /^1\d{10}$/

/**
 * Every spelling of a mobile number that clients of this family send, to its one form `+86-13800138000`.
 * A number without an area code is Chinese.
 *
 * Chinese numbers are checked by shape only, because new prefixes are handed out every year; others by
 * libphonenumber, which is loaded when the first of them comes.
 *
 * @throws {Refusal} `mobileMalformed`
 */
export async function parseMobile(text: string): Promise<Address> {
  const compact = text.replace(/[ -]/g, '')
  const chinese = /^(?:\+86|0086|86)?(1\d{10})$/.exec(compact)?.[1]
  if (chinese !== undefined) return mobile(CHINA, chinese)
  if (!/^(?:\+|00)[1-9]\d{5,14}$/.test(compact)) throw new Refusal(userRefusals.mobileMalformed)

  const { parsePhoneNumberFromString } = await import('libphonenumber-js/mobile')
  const parsed = parsePhoneNumberFromString(compact.replace(/^00/, '+'))
  if (parsed?.isValid() !== true || parsed.countryCallingCode === CHINA) {
    throw new Refusal(userRefusals.mobileMalformed)
  }
  return mobile(parsed.countryCallingCode, parsed.nationalNumber)
}

/**
 * The one form of a mobile number of which the area code is known, `86` and `13800138000`.
 *
 * @throws {Refusal} `mobileMalformed`, also for digits that with this area code are a number of another one
 */
export async function parseMobileOf(areaCode: string, number: string): Promise<Address> {
  const address = await parseMobile(`+${areaCode}${number}`)
  if (areaCodeOf(address) !== areaCode) throw new Refusal(userRefusals.mobileMalformed)
  return address
}

/** Local part without quotes, routing characters or doubled dots, and a domain of letters, digits, hyphens. */
const EMAIL =
  /^[a-z0-9!#$&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/

/**
 * An email address in lower case. Anything but ASCII is refused, because what looks alike need not be alike,
 * and lower-casing or normalising it can turn one address into another (the Kelvin sign becomes a k).
 *
 * @throws {Refusal} `emailMalformed`
 * @see RFC 5321, section 4.5.3.1: 64 octets for the local part, 254 for the whole
 */
export function parseEmail(text: string): Address {
  const trimmed = text.replace(/^ +| +$/g, '')
  const isAscii = /^[\x21-\x7e]+$/.test(trimmed)
  const value = trimmed.toLowerCase()
  if (!isAscii || value.length > 254 || value.indexOf('@') > 64 || !EMAIL.test(value)) {
    throw new Refusal(userRefusals.emailMalformed)
  }
  return { channel: 'email', value }
}

/** @returns the area code of a canonical mobile number, `86` */
export function areaCodeOf(address: Address): string {
  return address.value.slice(1, address.value.indexOf('-'))
}

/**
 * What an address counts as where sending is limited: `li.x+1@qq.com` and `lix@qq.com` are two users but
 * one mailbox at many providers, so they share what may be sent.
 */
export function mailboxOf(address: Address): string {
  if (address.channel === 'sms') return address.value
  const [local = '', domain = ''] = address.value.split('@')
  return `${(local.split('+')[0] ?? '').replaceAll('.', '')}@${domain}`
}

/** An address that a person recognises and a thief cannot use: `+86-138****8000`, `li***@example.com`. */
export function maskAddress(address: Address): string {
  if (address.channel === 'sms') {
    const [code = '', number = ''] = address.value.split('-')
    return `${code}-${number.slice(0, 3)}****${number.slice(number.length >= 11 ? -4 : -2)}`
  }
  const [local = '', domain = ''] = address.value.split('@')
  return `${local.slice(0, Math.min(2, local.length - 1))}***@${domain}`
}

function mobile(areaCode: string, number: string): Address {
  if (areaCode === CHINA && !CHINA_MOBILE.test(number)) throw new Refusal(userRefusals.mobileMalformed)
  return { channel: 'sms', value: `+${areaCode}-${number}` }
}
