/** What a client of the mini program sends with every call. */
const DEVICE = [
  'X-operating-sys-version: Android 10',
  'X-device-fingerprint: 156aysdna213sc50',
  'X-agent: Chrome 120.0.0.0',
  'X-L: en',
]

export interface Call {
  readonly method?: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** @returns an HTTP/1.1 request as it goes over the wire; ASCII only, so that characters are bytes */
export function requestText({ method = 'POST', path, headers = {}, body }: Call): string {
  const text = body === undefined ? '' : JSON.stringify(body)
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    ...DEVICE,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === undefined ? [] : ['Content-Type: application/json', `Content-Length: ${text.length}`]),
  ]
  return `${lines.join('\r\n')}\r\n\r\n${text}`
}
