import { createHash } from 'node:crypto'

/** A made-up person, as a test or a developer names him: `alice`, `alice?unionid=0`. */
export interface Persona {
  readonly name: string
  /** False for somebody whom WeChat gives no unionid. */
  readonly hasUnionid: boolean
  /** The number behind the phone button. */
  readonly phone: EmulatedPhone | undefined
}

/** A mobile number, in the two parts that WeChat gives it in. */
export interface EmulatedPhone {
  readonly countryCode: string
  readonly number: string
}

const personaForm = /^([^?:]{1,64})(?:\?(.*))?$/
const phoneForm = /^(?:\+?([1-9]\d{0,2})-)?(\d{5,15})$/

/**
 * Reads `NAME`, `NAME?unionid=0`, `NAME?phone=13800138000` or both options together.
 *
 * @returns `undefined` for anything else; an option that is spelled wrong is not ignored
 */
export function parsePersona(text: string): Persona | undefined {
  const [, name, options] = personaForm.exec(text) ?? []
  if (name === undefined) return undefined

  let hasUnionid = true
  let phone: EmulatedPhone | undefined
  for (const [option, value] of new URLSearchParams(options)) {
    if (option === 'unionid' && (value === '0' || value === '1')) hasUnionid = value === '1'
    else if (option === 'phone' && parsePhone(value) !== undefined) phone = parsePhone(value)
    else return undefined
  }
  return { name, hasUnionid, phone }
}

/** Reads `13800138000`, which is Chinese, and `852-51234567`; `undefined` for anything else. */
export function parsePhone(text: string): EmulatedPhone | undefined {
  const [, countryCode = '86', number] = phoneForm.exec(text) ?? []
  return number === undefined ? undefined : { countryCode, number }
}

/** The same person at the same mini program has the same openid on every machine. */
export function openidOf(appId: string, name: string): string {
  return idFrom('openid', appId, name)
}

/** Mini programs of one Open Platform account share a person's unionid. */
export function unionidOf(openPlatform: string, name: string): string {
  return idFrom('unionid', openPlatform, name)
}

/** 28 characters that begin with `o`, the form of WeChat's ids. */
function idFrom(...parts: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
  return `o${hash.slice(0, 27)}`
}
