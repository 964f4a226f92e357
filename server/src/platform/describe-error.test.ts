import { DatabaseSync } from 'node:sqlite'
import { createTransport } from 'nodemailer'
import pg from 'pg'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { startMailServer } from '../testing/mail-server.ts'
import { findClosedPort } from '../testing/outside-server.ts'
import { slowness } from '../testing/slowness.ts'
import { traces } from '../testing/traces.ts'
import { describeError, errorInWords } from './describe-error.ts'

const MOBILE = '13800138000'
const EMAIL = 'li.wei@mail.example.com'
const CODE = '482913'
const TOKEN = 'k3J9sQ7fLw2TzX8vB5nR1cY6mH4pD0aE'
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWJqZWN0IjoiMSJ9.Rk4'
const KEY = Buffer.alloc(32, 0xf3).toString('base64')
const PASSWORD = 'correct-horse'

const secrets = Object.entries({ MOBILE, EMAIL, CODE, TOKEN, JWT, KEY, PASSWORD }).map(([name, value]) => ({
  name,
  value,
}))

/** Fails when a secret shows in what is logged of it. @returns that, both ways */
function expectScrubbed(error: unknown): string {
  const described = describeError(error)
  const text = `${JSON.stringify(described)} ${errorInWords(described)}`
  expect(traces(text, secrets)).toEqual([])
  return text
}

async function caught(act: () => unknown): Promise<unknown> {
  try {
    await act()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

test('an error of PostgreSQL keeps its code and the constraint, and no value', () => {
  const error = Object.assign(
    new pg.DatabaseError('duplicate key value violates unique constraint "address_index_key"', 200, 'error'),
    {
      code: '23505',
      detail: `Key (mobile)=(${MOBILE}) already exists.`,
      where: `SQL statement with ${CODE}`,
      parameters: [EMAIL, TOKEN],
      query: `insert into "user" values ('${EMAIL}')`,
    },
  )

  const text = expectScrubbed(error)
  expect(text).toContain('duplicate key value violates unique constraint \\"address_index_key\\"')
  expect(text).toContain('23505')
  expectScrubbed(new pg.DatabaseError(`invalid input syntax for type bigint: "${PASSWORD}"`, 80, 'error'))
})

test('an error of SQLite shows no value of its statement', async () => {
  const database = new DatabaseSync(':memory:')
  const error = await caught(() => database.exec(`insert into persons values ('${EMAIL}', ${MOBILE})`))
  expect(expectScrubbed(error)).toContain('no such table: persons')
  expectScrubbed(await caught(() => database.prepare(`select "${TOKEN}" from`)))
})

test('an error of a mail server keeps its code and not its answer', async () => {
  const { port } = await startMailServer({
    onRcptTo: (address, _session, done) => done(new Error(`no mailbox ${address.address}, code ${CODE}`)),
  })
  const mailer = createTransport({ host: '127.0.0.1', port, ignoreTLS: true })
  const error = await caught(() =>
    mailer.sendMail({ from: 'a@example.com', to: EMAIL, text: `your code is ${CODE}` }),
  )
  expect(String(error)).toContain(EMAIL)
  expect(expectScrubbed(error)).toContain('EENVELOPE')
})

test('an error of a call keeps the host and not the URL', async () => {
  const url = await findClosedPort()
  url.username = 'ligature'
  url.password = PASSWORD
  url.search = `secret=${TOKEN}&js_code=${CODE}`
  expectScrubbed(await caught(() => fetch(url)))
  url.username = url.password = ''
  expect(expectScrubbed(await caught(() => fetch(url)))).toContain('ECONNREFUSED')
  expect(expectScrubbed(new Error(`GET ${url.href} failed`))).toContain(`GET http://${url.host}/… failed`)
})

test('an error of a parser shows nothing of what it was given', async () => {
  expectScrubbed(await caught(() => JSON.parse(`{"password":${PASSWORD}}`)))
  expectScrubbed(await caught(() => JSON.parse(PASSWORD)))
  expectScrubbed(await caught(() => z.object({ [TOKEN]: z.literal(MOBILE) }).parse({ [TOKEN]: EMAIL })))
  expectScrubbed(await caught(() => new URL(`http://${PASSWORD}:${CODE}@/`)))
})

test.for([
  `to ${MOBILE}`,
  `to +86-${MOBILE}`,
  'to +86 138 0013 8000, 138-0013-8000',
  `to <${EMAIL}> and ${EMAIL.replace('@', '%40')}`,
  `code ${CODE}, code=${CODE}, {"verify_code":"${CODE}"}`,
  `Authorization: Bearer ${JWT}`,
  `bearer ${PASSWORD}`,
  `X-state-token: ${JWT}; session-token=${TOKEN}`,
  `password=${PASSWORD}&appSecret=${PASSWORD}`,
  `postgres://ligature:${PASSWORD}@db.example.com:5432/ligature`,
  `postgres://ligature:a/b@${PASSWORD}@db.example.com/ligature`,
  `the key is ${KEY}, ${encodeURIComponent(KEY)}, ${Buffer.from(KEY, 'base64').toString('hex')}`,
  `in base64 ${Buffer.from(`+86-${MOBILE}`).toString('base64')}`,
  `in hex ${Buffer.from(TOKEN).toString('hex')}`,
  `two lines\n${MOBILE}\n    at ${MOBILE} (/${MOBILE}/${EMAIL}.ts:1:2)`,
])('a message is scrubbed, number %#', (message) => {
  const text = expectScrubbed(
    new Error(message, { cause: new AggregateError([new Error(message)], message) }),
  )
  expect(text).not.toMatch(/138 0013 8000|138-0013-8000/)
})

test('what tells an operator something stays', () => {
  for (const message of [
    'connect ECONNREFUSED 127.0.0.1:5432',
    'getaddrinfo ENOTFOUND db.example.com',
    'password authentication failed for user "ligature"',
    "ENOENT: no such file or directory, open '/var/lib/ligature/master.key'",
    'user 20240101123456789-0A1B-012345678: second identity',
    "Cannot read properties of undefined (reading 'id')",
    'status 503',
    'errcode 40029',
  ]) {
    expect(describeError(new Error(message)).message).toBe(message)
  }
})

test('the places are files and lines of ours and of packages, also when the message has lines', async () => {
  const error = await caught(() => z.string().parse(1))
  const { stack } = describeError(error)
  expect(stack[0]).toMatch(/^platform\/describe-error\.test\.ts:\d+$|^zod\//)

  const nothing = ''
  const own = describeError(new Error('one\n    at two (/three.ts:4:5)\nsix'))
  expect(own.stack[0]).toMatch(/^platform\/describe-error\.test\.ts:\d+$/)
  expect(describeError(new TypeError(nothing)).stack[0]).toMatch(/^platform\/describe-error\.test\.ts:\d+$/)
})

test('fields, types and codes that are something else are not kept', () => {
  expectScrubbed(Object.assign(new Error('x'), { code: CODE, name: TOKEN, extra: EMAIL }))
  expectScrubbed(Object.assign(new Error('x'), { code: `E${MOBILE}`, name: `to ${EMAIL}` }))
  expect(describeError(Object.assign(new Error('x'), { code: 'ERR_INVALID_ARG_VALUE' })).code).toBe(
    'ERR_INVALID_ARG_VALUE',
  )
  expect(describeError(new pg.DatabaseError('x', 1, 'error')).type).toBe('error')
})

test('whatever is thrown is described, and an endless message costs nothing', () => {
  for (const thrown of [undefined, null, MOBILE, 42, { message: EMAIL }, Symbol(TOKEN), () => EMAIL])
    expectScrubbed(thrown)
  const untouchable = new Error('x')
  Object.defineProperty(untouchable, 'message', {
    get: () => {
      throw new Error(MOBILE)
    },
  })
  expectScrubbed(untouchable)
  const itself = new Error('x')
  itself.cause = itself
  expect(JSON.stringify(describeError(itself)).length).toBeLessThan(5_000)

  const startedAt = performance.now()
  for (const unit of ['a', '1', '"', '@', 'a@', 'token', 'eyJ', '://', '- ', 'code=', ' ']) {
    expect(describeError(new Error(unit.repeat(1_000_000))).message.length).toBeLessThan(600)
  }
  expect(performance.now() - startedAt).toBeLessThan(2_000 * slowness)
})

test('half a secret at the place where a text is cut is cut with it', () => {
  for (let length = 7_960; length <= 8_000; length++) {
    expectScrubbed(new Error(`${' '.repeat(length)}${TOKEN} ${MOBILE}`))
    expectScrubbed(new Error(`${'token=x '.repeat(1_000).slice(0, length)} ${MOBILE}`))
  }
})
