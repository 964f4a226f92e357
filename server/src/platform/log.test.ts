import fastify from 'fastify'
import { describe, expect, test } from 'vitest'
import { openLog } from './log.ts'

function openLines(style: 'json' | 'readable', isColoured = false) {
  const lines: string[] = []
  const log = openLog(style, { write: (line: string) => lines.push(line) > 0 }, isColoured)
  return { log, lines, text: () => lines.join('') }
}

const secret = () =>
  Object.assign(new Error('to 13800138000'), { detail: 'li@example.com', parameters: ['482913'] })

test('an error is described whichever way it is handed over, and its text never becomes the line’s', () => {
  const { log, lines, text } = openLines('json')
  log.error(secret())
  log.error({ err: secret() })
  log.error({ err: secret() }, 'a request failed')
  log.error({ err: secret() }, secret().message)
  log.error({ err: secret() }, 'to %s', '13800138000')
  log.child({ requestId: 'r' }).fatal({ err: secret() }, 'a request failed')

  expect(lines).toHaveLength(6)
  for (const line of lines) {
    expect(JSON.parse(line)).toMatchObject({ err: { type: 'Error', message: 'to [digits]' } })
  }
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
    'an error',
    'an error',
    'a request failed',
    'to [digits]',
    'to [digits]',
    'a request failed',
  ])
  expect(text()).not.toMatch(/13800138000|li@example|482913/)
})

test('a framework’s request and reply are dropped', async (t) => {
  const { log, text } = openLines('json')
  const app = fastify({ loggerInstance: log })
  t.onTestFinished(() => app.close())
  app.get('/', async () => {
    throw new Error('li@example.com')
  })

  const reply = await app.inject({ url: '/?code=482913', headers: { authorization: 'Bearer abc' } })

  expect(reply.statusCode).toBe(500)
  expect(text()).toContain('"err":{"type":"Error","message":"[email]"')
  expect(text()).not.toMatch(/482913|Bearer|li@example/)
})

describe('readable', () => {
  const request = {
    method: 'POST',
    route: '/api/v2/sdk/social/bind',
    status: 400,
    outcome: 'IDAAS.SDK.CAPTCHA.0007',
    because: 'wrong code',
    tookMs: 3.14,
    clientId: 'nTo1eRIub60vPb54WeE6aojPwYwImtl4',
  }

  test('a request is one line in columns, whatever its length', () => {
    const { log, lines } = openLines('readable')
    log.info(request, 'POST /api/v2/sdk/social/bind 400')
    log.info(
      {
        ...request,
        method: 'GET',
        route: '/api/v2/sdk/sso/session-token/id-token',
        tookMs: 1234.5,
        status: 200,
      },
      'x',
    )
    log.warn('the test address 138****8000 has a fixed code')

    const [bind = '', refresh = '', warning = ''] = lines
    expect(bind).toMatch(
      /^\d\d:\d\d:\d\d  POST 400     3\.1 ms  \/api\/v2\/sdk\/social\/bind {17}IDAAS\.SDK\.CAPTCHA\.0007  wrong code\n$/,
    )
    expect(warning).toMatch(/^\d\d:\d\d:\d\d  warning   the test address 138\*{4}8000 has a fixed code\n$/)
    for (const column of ['IDAAS', ' ms', '/api']) expect(refresh.indexOf(column)).toBe(bind.indexOf(column))
    expect(lines.join('')).not.toContain('\u001b')
  })

  test('a fault tells what, where and in which request', () => {
    const { log, text } = openLines('readable')
    const error = new TypeError('x', { cause: Object.assign(new Error('y'), { code: 'ECONNRESET' }) })
    log.child({ requestId: 'abc' }).error({ err: error }, 'a request failed')

    expect(text()).toMatch(
      /ERROR     a request failed  TypeError: x at platform\/log\.test\.ts:\d+.*because of Error \(ECONNRESET\): y at .*  request abc\n$/,
    )
  })

  test('only a terminal gets colours, and nobody else’s control characters or lines', () => {
    const coloured = openLines('readable', true)
    coloured.log.info({ ...request, because: 'a\u001b[2Jb\r\nc\u0007\u202ed' }, 'x')
    coloured.log.warn('a\u001b]0;title\u0007b\nc')

    expect(coloured.lines[0]).toContain('\u001b[33m400\u001b[39m')
    expect(coloured.lines[0]).toContain('ab c��d')
    expect(coloured.lines[1]).toMatch(/ab c\n$/)
    for (const line of coloured.lines) expect(line.split('\n')).toHaveLength(2)
    // Every escape is the beginning of a colour.
    const [, ...escaped] = coloured.text().split('\u001b')
    for (const rest of escaped) expect(rest).toMatch(/^\[\d+m/)
  })

  test('whatever else a line holds is on it', () => {
    const { log, text } = openLines('readable')
    log.info({ port: 3000, list: ['a', 1] }, 'hello')

    expect(text()).toMatch(/^\d\d:\d\d:\d\d {12}hello  port=3000 list=\["a",1\]\n$/)
  })
})

test('a silent log is silent', () => {
  const lines: string[] = []
  openLog('silent', { write: (line: string) => lines.push(line) > 0 }).fatal('x')

  expect(lines).toEqual([])
})
