/**
 * The same request as a command for a POSIX shell.
 *
 * @param {{ method: string, url: string, headers: Record<string, string>, body: string | undefined }} request
 */
export function curlCommand({ method, url, headers, body }) {
  const lines = [`curl -i -X ${method} ${quoted(url)}`]
  for (const [name, value] of Object.entries(headers)) lines.push(`-H ${quoted(`${name}: ${value}`)}`)
  if (body !== undefined) lines.push(`--data-raw ${quoted(body)}`)
  return lines.join(' \\\n  ')
}

/** @param {string} text */
function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
