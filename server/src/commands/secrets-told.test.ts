import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { json as readJson } from 'node:stream/consumers'
import { expect, test, type TestContext } from 'vitest'
import { z } from 'zod'
import { openDeployment } from '../deployment.ts'
import { demoConnections } from '../development/index.ts'
import { systemClock } from '../platform/clock.ts'
import { setGateway } from '../testing/carriers.ts'
import { startMailServer } from '../testing/mail-server.ts'
import { readMetrics } from '../testing/metrics-page.ts'
import { openMiniProgram, type MiniProgram, type Reply } from '../testing/mini-program.ts'
import { startOutsideServer } from '../testing/outside-server.ts'
import { prepareProduction } from '../testing/production.ts'
import { exchangeRaw } from '../testing/raw-http.ts'
import { type ServerProcess, startProcess } from '../testing/server-process.ts'
import { BIND_CLIENT_ID } from '../testing/server.ts'
import { type Secret, traces } from '../testing/traces.ts'

const LI = '13912345678'
const STRANGER = '13612345678'
/** What becomes of a message to each of these, beside a carrier that repeats all that it was told. */
const CARRIER_TROUBLES = { '13712345678': 400, '18612345678': 500, '15012345678': 'hangs up' } as const
const REFUSED_EMAIL = 'li.wei@mail.example.com'
const LOST_EMAIL = 'wang.fang@mail.example.com'
const WX_LOGIN_CODE = 'mock:a-person-of-note'
const METRICS_TOKEN = 'metrics-token-Zq81xN4b'
const MAIL_PASSWORD = 'mail-password-Kd72vR9c'
const SMS_SECRET = `whsec_${Buffer.alloc(32, 0xb7).toString('base64')}`
const INVENTED = '9d2QvLxK7sYtB4nM1cZpR8wE6hJ3fG0a'

const bridged = z.object({ to: z.string(), code: z.string() })

/** A server in production, an outside world full of trouble, and all that the test knows of both. */
interface Scene {
  readonly server: ServerProcess
  readonly dataDirectory: string
  readonly program: MiniProgram
  /** Every refusal that was answered, with its headers. */
  readonly errors: string[]
  readonly secrets: Secret[]
  readonly codes: Secret[]
  codeOf(address: string): string
}

async function open(t: TestContext, style: 'json' | 'readable'): Promise<Scene> {
  const { data, args, options } = await prepareProduction(t, [LI, ...Object.keys(CARRIER_TROUBLES)])
  const codes: Secret[] = []
  const codeOf = new Map<string, string>()
  const keepCode = (to: string, code: string): void => {
    codes.push({ name: `the code to ${to}`, value: code })
    codeOf.set(to, code)
  }
  const carrier = await startOutsideServer(t, (request, response) => {
    void readJson(request).then((body) => {
      const { to, code } = bridged.parse(body)
      keepCode(to.replace('+86', ''), code)
      const trouble = Object.entries(CARRIER_TROUBLES).find(([mobile]) => to.endsWith(mobile))?.[1]
      if (trouble === 'hangs up') response.destroy()
      else response.writeHead(trouble ?? 200).end(JSON.stringify(body))
    })
  })
  const mail = await startMailServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username = '' }, _session, done) => done(null, { user: username }),
    onRcptTo: ({ address }, _session, done) =>
      address === REFUSED_EMAIL ? done(new Error(`no such mailbox: ${address}`)) : done(),
    onData(stream, session, done) {
      void stream.toArray().then((chunks) => {
        const text = Buffer.concat(chunks as Buffer[]).toString()
        const code = /\b\d{6}\b/.exec(text.slice(text.indexOf('\r\n\r\n')))?.[0] ?? ''
        const to = session.envelope.rcptTo.map(({ address }) => address).join()
        keepCode(to, code)
        done(new Error(`not to ${to}: ${code}`))
      })
    },
  })
  const deployment = await openDeployment(data.settings, 'production', systemClock.now())
  await setGateway({ deployment }, 'bridge', {
    kind: 'http-sms',
    url: `${carrier.url.href}${INVENTED}?key=${INVENTED}`,
    secret: SMS_SECRET,
  })
  await setGateway({ deployment }, 'mail', {
    kind: 'smtp',
    host: '127.0.0.1',
    port: mail.port,
    security: 'none',
    user: 'mailer',
    password: MAIL_PASSWORD,
    from: 'no-reply@ligature.example',
  })
  await deployment.close()
  const server = await startProcess(
    t,
    [...args.filter((arg) => arg !== 'json' && arg !== '--log'), '--log', style],
    {
      environment: {
        ...options.environment,
        LIGATURE_METRICS_TOKEN: METRICS_TOKEN,
      },
    },
  )
  const { dataDirectory } = data.settings
  const masterKey = Buffer.from(readFileSync(join(dataDirectory, 'master.key'), 'utf8').trim(), 'base64')
  return {
    server,
    dataDirectory,
    program: openMiniProgram(server.url, { clientId: BIND_CLIENT_ID }),
    errors: [],
    codes,
    codeOf: (address) => codeOf.get(address) ?? '',
    secrets: [
      ...[LI, STRANGER, ...Object.keys(CARRIER_TROUBLES), REFUSED_EMAIL, LOST_EMAIL].map(named('an address')),
      ...demoConnections.map(({ appSecret }) => appSecret).map(named('an app secret')),
      { name: 'the master key', value: masterKey },
      { name: 'the master key in base64', value: masterKey.toString('base64') },
      { name: 'the code of wx.login', value: WX_LOGIN_CODE.replace('mock:', '') },
      { name: 'the token for the metrics', value: METRICS_TOKEN },
      { name: 'the password of the mail server', value: MAIL_PASSWORD },
      { name: 'the secret of the SMS bridge', value: SMS_SECRET.replace('whsec_', '') },
      { name: 'a token that somebody made up', value: INVENTED },
    ],
  }
}

function named(name: string) {
  return (value: string): Secret => ({ name, value })
}

/** Keeps a refusal for the search. */
function keep(scene: Scene, reply: Reply): Reply {
  if (reply.httpStatus >= 400) scene.errors.push(`${JSON.stringify([...reply.headers])} ${reply.text}`)
  return reply
}

/** Li signs in after two wrong codes, and out again. */
async function signInAndOut(scene: Scene): Promise<void> {
  const { program, secrets } = scene
  const remember = (name: string, value: unknown) => secrets.push({ name, value: String(value) })
  const signIn = await program.openSignIn(WX_LOGIN_CODE)
  remember('a state token', signIn.stateToken)
  await signIn.send(LI)
  const right = scene.codeOf(LI)
  for (const wrong of ['135791', '246802']) {
    if (wrong !== right) expect(keep(scene, await signIn.bind(LI, wrong)).httpStatus).toBe(400)
  }
  const bound = await signIn.bind(LI, right)
  expect(bound.outcome).toBe('SUCCESS')
  remember('a session token', bound.body['session_token'])
  remember('an id_token', bound.body['id_token'])
  keep(scene, await signIn.bind(LI, right))
  const headers = { 'session-token': String(bound.body['session_token']) }
  const renewed = await program.call('sso/session-token/id-token', { headers })
  remember('a later id_token', renewed.body['id_token'])
  await program.call('logout', { method: 'GET', headers })
  keep(scene, await program.call('logout', { method: 'GET', headers }))
}

/** Codes that do not arrive, whatever the gateway says about it. */
async function sendInVain(scene: Scene): Promise<void> {
  for (const mobile of Object.keys(CARRIER_TROUBLES)) {
    expect(keep(scene, await scene.program.send(mobile, 'BIND_MOBILE_SMS')).httpStatus).toBe(400)
  }
  for (const email of [REFUSED_EMAIL, LOST_EMAIL]) {
    expect(keep(scene, await scene.program.send(email, 'BIND_EMAIL_EMS')).httpStatus).toBe(400)
  }
}

/** Tokens, addresses and codes where they do not belong, and where they do but are wrong. */
async function misuse(scene: Scene): Promise<void> {
  const { program, server, secrets } = scene
  const stateToken = String(secrets.find(({ name }) => name === 'a state token')?.value)
  const forged = `${stateToken.slice(0, -4)}AAAA`
  secrets.push({ name: 'a forged state token', value: forged })
  const everything = { code: WX_LOGIN_CODE, mobile: LI, verify_code: scene.codeOf(LI), type: INVENTED }
  for (const token of [stateToken, forged, INVENTED, LI]) {
    const headers = {
      'X-state-token': token,
      'session-token': token,
      Authorization: `Bearer ${token}`,
      'X-Request-Id': token,
    }
    for (const path of ['social/bind', 'social/register-bind', 'sms/send', 'sso/session-token/id-token']) {
      keep(scene, await program.call(path, { headers, body: everything }))
      keep(scene, await program.call(path, { headers, body: `{"mobile":"${LI}","verify_code":${INVENTED}` }))
    }
    keep(scene, await program.call('logout', { method: 'GET', headers }))
    keep(scene, await program.call('login/wechat-miniprogram', { headers: { 'X-client-id': token } }))
  }
  for (const code of ['error:40029', 'error:-1', 'error:40226', INVENTED]) {
    keep(scene, await program.login(`mock:${code}`))
  }
  for (const [method, path] of [
    ['GET', `/api/v2/sdk/sms/send?mobile=${LI}&verify_code=${INVENTED}`],
    ['POST', `/api/v2/sdk/social/${encodeURIComponent(stateToken)}`],
    ['DELETE', `/metrics?token=${METRICS_TOKEN}`],
    ['GET', `/metrics?token=${METRICS_TOKEN}`],
    ['GET', `/%zz${INVENTED}?mobile=${LI}`],
    ['GET', `/docs/${REFUSED_EMAIL}`],
    ['BREW', `/${INVENTED}`],
  ] as const) {
    for (const value of [INVENTED, `${INVENTED}${'x'.repeat(20_000)}`]) {
      const reply = await exchangeRaw(server.url, { method, path, headers: [['X-state-token', value]] })
      expect(reply.httpStatus).toBeGreaterThanOrEqual(400)
      scene.errors.push(`${JSON.stringify([...reply.headers])} ${reply.text}`)
    }
  }
}

/** The database fails in the midst of a send, and tells all it knows, and of a bind. */
async function breakStore(scene: Scene): Promise<void> {
  const signIn = await scene.program.openSignIn('mock:a-person-of-note-too')
  scene.secrets.push({ name: 'a state token', value: signIn.stateToken })
  const database = new DatabaseSync(join(scene.dataDirectory, 'ligature.db'))
  database.exec('pragma busy_timeout = 5000')
  database.exec(`create trigger talkative before insert on verification begin
    select raise(abort, 'no room for ${STRANGER}, ${LOST_EMAIL} and ${signIn.stateToken}'); end`)
  expect(keep(scene, await signIn.send(STRANGER)).httpStatus).toBe(500)
  database.exec('drop trigger talkative; alter table verification rename to away')
  database.close()
  expect(keep(scene, await signIn.bind(LI, scene.codeOf(LI))).httpStatus).toBe(500)
}

/** Six digits stand in many numbers by chance: in random ids, moments, lengths of time. */
function withoutChance(text: string): string {
  return text
    .replace(/"requestId":"[\w-]{22}"|\brequest [\w-]{22}$/gm, '')
    .replace(/"time":"[^"]*"|"tookMs":[\d.]+| [\d.]+ ms /g, '')
}

test.for(['json', 'readable'] as const)(
  'no secret and no address is in the log (%s), on the page of metrics, or in an answer to a mistake',
  async (style, t) => {
    const scene = await open(t, style)
    await signInAndOut(scene)
    await sendInVain(scene)
    await misuse(scene)
    await breakStore(scene)
    const page = await readMetrics(scene.server.url, { Authorization: `Bearer ${METRICS_TOKEN}` })
    await scene.server.kill('SIGTERM')
    const log = scene.server.stderr()

    const secrets = [...scene.secrets, ...scene.codes]
    expect(traces(withoutChance(log), secrets)).toEqual([])
    expect(traces([...page.series].join('\n'), secrets)).toEqual([])
    expect(traces(page.text, scene.secrets)).toEqual([])
    expect(traces(scene.errors.join('\n'), secrets)).toEqual([])

    // All of it was there to be told of.
    expect(new Set(scene.codes.map(({ name }) => name)).size).toBe(5)
    expect(scene.errors.length).toBeGreaterThan(50)
    for (const told of ['wrong code', 'failed: answer 400', 'unknown: answer 500', 'unknown: network']) {
      expect(log).toContain(told)
    }
    expect(log).toMatch(/EENVELOPE 550|failed: EENVELOPE/)
    expect(log).toContain('no room for [digits], [email] and [token]')
    expect(log).toContain('no such table')
    expect(page.total('ligature_sends_total', { result: 'failed' })).toBeGreaterThan(1)
    expect(page.total('ligature_sends_total', { result: 'unknown' })).toBeGreaterThan(1)
    expect(page.total('ligature_store_failures_total')).toBeGreaterThan(1)

    // The search would have found each of them, however it were spelled.
    for (const secret of secrets) {
      for (const [as, spelled] of spellings(secret)) {
        const planted = `${log}{"level":30,"msg":"x${spelled}"}\n`
        const found = traces(withoutChance(planted), [secret])
        expect(found.length, `${secret.name} ${as}`).toBeGreaterThan(0)
      }
    }
  },
)

function spellings({ value }: Secret): [string, string][] {
  const bytes = Buffer.from(value)
  const plain: [string, string][] =
    typeof value === 'string'
      ? [
          ['plain', value],
          ['in a URL', encodeURIComponent(value)],
        ]
      : []
  return [
    ...plain,
    ['in base64', bytes.toString('base64')],
    [
      'in base64 within a text',
      Buffer.concat([Buffer.from('ab'), bytes, Buffer.from('c')]).toString('base64'),
    ],
    ['in base64url', bytes.toString('base64url')],
    ['in hex', bytes.toString('hex')],
    ['in HEX', bytes.toString('hex').toUpperCase()],
    [
      'in percents',
      [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join(''),
    ],
  ]
}
