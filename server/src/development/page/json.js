/**
 * @param {unknown} value
 * @returns {Record<string, unknown>} an empty one for what is not an object
 */
export function asObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {string} the empty one when there is no such text
 */
export function textOf(value, name) {
  const field = asObject(value)[name]
  return typeof field === 'string' ? field : ''
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {number | undefined}
 */
export function numberOf(value, name) {
  const field = asObject(value)[name]
  return typeof field === 'number' ? field : undefined
}

/**
 * @param {string} text
 * @returns {unknown} `undefined` for what is not JSON
 */
export function parseJson(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
