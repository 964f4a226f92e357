import { hashToken, orderedToken } from '../platform/secrets.ts'
import type { Vault } from '../platform/vault/vault.ts'

/** 32 letters and digits, as clients of this family know them. */
const TOKEN_LENGTH = 32
/** So many at the beginning tell when the session was opened, and are the same in the tokens that follow. */
const TIME_LETTERS = 7

/** The first token of a session: its moment, then 25 random letters and digits (148 bits). */
export function newSessionToken(now: number): string {
  return orderedToken(now, TIME_LETTERS, TOKEN_LENGTH)
}

/** The token that follows this one; only the holder of the token and of the vault can tell. */
export function nextSessionToken(vault: Vault, sessionToken: string): string {
  return sessionToken.slice(0, TIME_LETTERS) + vault.nextToken(sessionToken).slice(TIME_LETTERS)
}

/**
 * What is stored of a session token: its moment, which the row tells anyway, and its hash. So the sessions of one
 * moment stand side by side in the index, where hashes alone would each change a page of their own.
 */
export function storedToken(sessionToken: string): string {
  return sessionToken.slice(0, TIME_LETTERS) + hashToken(sessionToken)
}

/** The same, and how earlier versions stored it. */
export function storedForms(sessionToken: string): readonly [string, string] {
  return [storedToken(sessionToken), hashToken(sessionToken)]
}
