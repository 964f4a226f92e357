import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { toNodeHandler } from 'better-auth/node'
import { phoneNumber } from 'better-auth/plugins'
import SqliteDatabase from 'better-sqlite3'
import pg from 'pg'
import { nextMobile } from '../load/mobiles.ts'
import { requestText } from '../load/requests.ts'

/** better-auth as it comes: `node server.ts FILE_OF_SQLITE` or `node server.ts postgres://…` */
const [, , place = ''] = process.argv
const isPostgres = place.startsWith('postgres')
const LIFE_SECONDS = 300

/** What the gateway that does nothing was given. */
const sent = new Map<string, string>()

const database = isPostgres ? await makeDatabase(place) : openFile(place)

/** One of its own on a server that others use. */
async function makeDatabase(server: string) {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  await client.query('create database better_auth')
  await client.end()
  return new pg.Pool({ connectionString: new URL('/better_auth', server).href, max: 20 })
}

// The same promise as ours: a commit is on disk before anybody is told of it.
function openFile(file: string) {
  const opened = new SqliteDatabase(file)
  opened.pragma('journal_mode = WAL')
  opened.pragma('synchronous = FULL')
  return opened
}

const auth = betterAuth({
  baseURL: 'http://127.0.0.1',
  secret: 'secret-of-the-bench-with-32-or-more-characters',
  database,
  // Everything comes from one machine here.
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { disabled: true },
  plugins: [
    phoneNumber({
      sendOTP: ({ phoneNumber: number, code }) => void sent.set(number, code),
      expiresIn: LIFE_SECONDS,
      signUpOnVerification: { getTempEmail: (number) => `${number}@example.com` },
    }),
  ],
})

const works: Readonly<Record<string, (number: string) => Promise<string>>> = {
  async 'code-sign-in'(number) {
    await auth.api.sendPhoneNumberOTP({ body: { phoneNumber: number } })
    const code = sent.get(number)
    sent.clear()
    return requestText({
      path: '/api/auth/phone-number/verify',
      body: { phoneNumber: number, code },
    })
  },
  'send-code': async (number) =>
    requestText({ path: '/api/auth/phone-number/send-otp', body: { phoneNumber: number } }),
}

async function prepare(work: string, count: number): Promise<readonly string[]> {
  const prepareOne = works[work]
  if (prepareOne === undefined) throw new Error(`no such work: ${work}`)
  const requests: string[] = []
  // One flush for all: nobody else is served meanwhile.
  if (!(database instanceof pg.Pool)) database.exec('begin')
  while (requests.length < count) requests.push(await prepareOne(`+86${nextMobile()}`))
  if (!(database instanceof pg.Pool)) database.exec('commit')
  return requests
}

process.on('message', ({ id, work, count }: { id: number; work: string; count: number }) => {
  void prepare(work, count).then((answer) => process.send?.({ id, answer }))
})
process.on('SIGTERM', () => process.exit(0))

const { runMigrations } = await getMigrations(auth.options)
await runMigrations()
const handle = toNodeHandler(auth)
const server = createServer((request, response) => void handle(request, response))
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})
