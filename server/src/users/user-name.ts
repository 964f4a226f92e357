/**
 * Whether a text can be a user name: letters of any script, digits, dot, hyphen, underscore; and not shaped
 * like a mobile number, so that the two can never be taken for each other.
 */
export function isUserName(text: string): boolean {
  return /^[\p{L}\p{N}._-]{1,64}$/u.test(text) && !/^\d{6,}$/.test(text) && text === text.normalize('NFC')
}
