import { expect, test } from 'vitest'
import { bodyOf, callOf, codeOf, deviceHeaders, everyPost, flawsOf } from '../../testing/every-endpoint.ts'
import { sendBytes, writeRequest } from '../../testing/raw-http.ts'
import { expectEachRefused, expectUntouched, startUntouchable } from '../../testing/untouchable.ts'

const DEVICE_INCOMPLETE = 'IDAAS.SDK.PARAM.0001'
const CLIENT_ID_MISSING = 'IDAAS.SDK.PARAM.0002'
const BODY_UNREADABLE = 'IDAAS.SDK.PARAM.9003'
const BODY_TOO_LARGE = 'IDAAS.SDK.PARAM.9004'
const NOT_HTTP = 'IDAAS.SDK.COM.9400'

const LIMIT = 16 * 1024
const chunked = [['Transfer-Encoding', 'chunked']] as const

/** A body as one chunk and the last. */
function inChunks(body: string): string {
  return `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
}

test('a body of 16 KiB is read, and a byte more is not', async (t) => {
  const server = await startUntouchable(t)

  await expectEachRefused(
    server,
    everyPost.flatMap((endpoint) =>
      [LIMIT, LIMIT + 1, 10 * LIMIT].flatMap((size) => {
        const body = '['.padEnd(size)
        const codes = [size > LIMIT ? BODY_TOO_LARGE : BODY_UNREADABLE]
        return [{ body }, { body: inChunks(body), moreHeaders: chunked }].map((changes) => ({
          endpoint,
          says: `${size} bytes`,
          request: callOf(endpoint, server.credentials, changes),
          codes,
        }))
      }),
    ),
  )
})

test('a body without an end is refused at the limit, and its connection is closed', async (t) => {
  const server = await startUntouchable(t)
  for (const endpoint of everyPost) {
    const endless = writeRequest(callOf(endpoint, server.credentials, { moreHeaders: chunked }))
    let written = 0
    const reply = await sendBytes(server.url, endless, {
      andThen(socket) {
        const timer = setInterval(() => {
          written += 1_024
          socket.write(`400\r\n${'1'.repeat(1_024)}\r\n`)
        }, 1)
        socket.on('close', () => clearInterval(timer))
      },
    })
    expect(codeOf(reply)).toBe(BODY_TOO_LARGE)
    expect(reply.headers.get('connection')).toBe('close')
    expect(written).toBeLessThan(10 * LIMIT)
  }
  await expectUntouched(server)
})

test('a body that breaks off reaches no rule, even when what came of it is whole', async (t) => {
  const server = await startUntouchable(t)
  for (const endpoint of everyPost) {
    const moreHeaders = [['Content-Length', '9999']] as const
    const body = JSON.stringify(bodyOf(endpoint))
    const brokenOff = writeRequest(callOf(endpoint, server.credentials, { body, moreHeaders }))

    const reply = await sendBytes(server.url, brokenOff, { andThen: (socket) => socket.end() })

    expect(flawsOf(reply)).toEqual([])
  }
  await expectUntouched(server)
})

const doubtful: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'a length that is no number': [['Content-Length', '2a']],
  'a length below zero': [['Content-Length', '-2']],
  'two lengths': [
    ['Content-Length', '2'],
    ['Content-Length', '3'],
  ],
  'a length and chunks': [['Content-Length', '4'], ...chunked],
  'an encoding that is none': [['Transfer-Encoding', 'zip']],
  'chunks that are none': chunked,
}

test('a request whose end is in doubt is refused, with whatever may hide behind it', async (t) => {
  const server = await startUntouchable(t)

  await expectEachRefused(
    server,
    everyPost.flatMap((endpoint) =>
      Object.entries(doubtful).map(([says, moreHeaders]) => ({
        endpoint,
        says,
        request: callOf(endpoint, server.credentials, {
          body: JSON.stringify(bodyOf(endpoint)),
          moreHeaders,
        }),
        codes: [NOT_HTTP],
      })),
    ),
  )
})

test('a body is not waited for before the caller and his application are known', async (t) => {
  const server = await startUntouchable(t)
  for (const { method, path } of everyPost) {
    // The body that is announced never comes.
    const announced = [['Content-Length', '100']] as const
    const nobody = await sendBytes(server.url, writeRequest({ method, path, headers: announced }))
    const noClient = await sendBytes(
      server.url,
      writeRequest({ method, path, headers: [...deviceHeaders, ...announced] }),
    )

    expect([codeOf(nobody), codeOf(noClient)]).toEqual([DEVICE_INCOMPLETE, CLIENT_ID_MISSING])
  }
  await expectUntouched(server)
})
