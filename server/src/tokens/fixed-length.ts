/** Of a number on the curve P-256. */
const NUMBER_BYTES = 32
/** Tag and length in front of each number, and of both together. */
const HEAD_BYTES = 2

/**
 * Turns a signature on P-256 from OpenSSL's form (DER) into that of a JSON Web Signature: r and s, 32 bytes each.
 *
 * @see RFC 3279, section 2.2.3; RFC 7518, section 3.4
 */
export function toFixedLength(der: Buffer): Buffer {
  const rAt = HEAD_BYTES + HEAD_BYTES
  const sAt = rAt + der.readUInt8(rAt - 1) + HEAD_BYTES
  const fixed = Buffer.alloc(2 * NUMBER_BYTES)
  putNumber(der.subarray(rAt, sAt - HEAD_BYTES), fixed.subarray(0, NUMBER_BYTES))
  putNumber(der.subarray(sAt), fixed.subarray(NUMBER_BYTES))
  return fixed
}

/** DER leaves out leading zeros, and begins with one where the number would seem negative. */
function putNumber(number: Buffer, place: Buffer): void {
  const significant = number.subarray(Math.max(0, number.length - NUMBER_BYTES))
  significant.copy(place, NUMBER_BYTES - significant.length)
}
