import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { runInNewContext } from 'node:vm'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { expect, test, type TestContext } from 'vitest'
import { runLigature, startProcess } from '../server/src/testing/server-process.ts'
import { type Block, blocksOf, loadPage } from './documents/pages.ts'
import { root } from './run.ts'

const READMES = ['README.md', 'README.zh.md'] as const
const BASE = 'http://127.0.0.1:3000'
const CLIENT_ID = 'nTo1eRIub60vPb54WeE6aojPwYwImtl4'

/** Parts the outputs of blocks: no answer holds it. */
const SEPARATOR = '\x1e'

function isThere(program: string): boolean {
  return spawnSync(program, ['--version']).error === undefined
}

function blocksIn(readme: string): Block[] {
  return blocksOf(loadPage(readme))
}

/** What a reader pastes while the server runs. */
function isRequest({ language, text: content }: Block): boolean {
  return language === 'sh' && !content.includes('./ligature')
}

/** The samples that follow each request: what the reader is told it answers. */
function samplesIn(readme: string): string[][] {
  const samples: string[][] = []
  for (const block of blocksIn(readme)) {
    if (isRequest(block)) samples.push([])
    else if (block.language === 'json') samples.at(-1)?.push(block.text)
  }
  return samples
}

/** Runs the requests of a README in one shell, and returns what each wrote. */
async function runRequests(readme: string, url: string, shell: string): Promise<string[]> {
  const requests = blocksIn(readme).filter(isRequest)
  const script = requests.map((block) => block.text.replaceAll(BASE, url)).join(`printf '\\036'\n`)
  const child = spawn(shell, ['-euc', script], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  expect(stderr).toBe('')
  return stdout.split(SEPARATOR)
}

/** What a sample stands for: itself, but for `…` in a text, which stands for anything. */
function matcherOf(sample: unknown): unknown {
  if (typeof sample === 'string' && sample.endsWith('…')) {
    return expect.stringMatching(`^${sample.slice(0, -1).replaceAll('.', String.raw`\.`)}.+$`)
  }
  if (Array.isArray(sample)) return sample.map(matcherOf)
  if (typeof sample !== 'object' || sample === null) return sample
  return Object.fromEntries(Object.entries(sample).map(([key, value]) => [key, matcherOf(value)]))
}

/** The JSON objects among the lines of an output. */
function answersIn(output: string): Record<string, unknown>[] {
  const lines = output.split('\n').filter((line) => line.startsWith('{"'))
  // One JSON object a line, as the server sent it.
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

async function expectSession(answer: Record<string, unknown> | undefined, url: string, clientId = CLIENT_ID) {
  expect(answer).toEqual({
    session_token: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
    expire: 432_000,
    status: 'SUCCESS',
    id_token: expect.any(String),
  })
  const issuer = `${url}/api/v1/oauth2`
  const { payload, protectedHeader } = await jwtVerify(
    String(answer?.['id_token']),
    createRemoteJWKSet(new URL(`${issuer}/keys`)),
    { algorithms: ['RS256'] },
  )
  expect(Object.keys(protectedHeader)).toEqual(['kid', 'alg'])
  expect(payload).toMatchObject({ iss: issuer, aud: clientId })
  const { id, name, userName, mobile, email } = payload
  expect(payload.sub).toBe(id)
  expect(JSON.parse(String(payload['api']))).toEqual({ id, name, userName, mobile, email })
  return { userName, name, mobile, email }
}

const zhangsan = {
  userName: 'zhangsan',
  name: '张三',
  mobile: '+86-11012345678',
  email: 'zhangsan@qq.com',
}

/** What each request of a README must have come to, in order. */
async function expectOutputs(outputs: readonly string[], url: string): Promise<void> {
  const [login, send, bind, verify, again, refresh, refused, byEmail, register, ...more] = outputs
  expect(more).toEqual([])

  expect(answersIn(login ?? '')).toMatchObject([{ status: 'SOCIAL_BIND' }])
  expect(send).toBe('HTTP 200\n')
  expect(await expectSession(answersIn(bind ?? '')[0], url)).toEqual(zhangsan)
  expect(verify).toMatch(/^\d{17}-[0-9A-F]{4}-[0-9A-F]{9} zhangsan \+86-11012345678\n/)
  expect(await expectSession(answersIn(again ?? '')[0], url)).toEqual(zhangsan)

  const [bound] = answersIn(bind ?? '')
  expect(refresh?.split('\n')[1]).toBe('HTTP 200')
  const [refreshed, ended] = answersIn(refresh ?? '')
  expect(refreshed).toEqual({
    session_token: bound?.['session_token'],
    expire: expect.any(Number),
    id_token: expect.any(String),
  })
  expect(ended).toMatchObject({ error_code: 'IDAAS.SDK.PARAM.0023' })

  expect(refused).toBe(
    '{"error_code":"IDAAS.SDK.COMMON.1007","error_msg":"state_token parameter error"}\n' +
      '{"error_code":"IDAAS.SDK.COMMON.1007","error_msg":"state_token参数错误"}\n',
  )
  expect(byEmail).toMatch(/^HTTP 200\n/)
  expect(await expectSession(answersIn(byEmail ?? '')[0], url)).toEqual(zhangsan)

  expect(register).toMatch(/^HTTP 200\n/)
  const registered = await expectSession(
    answersIn(register ?? '')[0],
    url,
    'demoBindOrRegister00000000000001',
  )
  expect(registered).toMatchObject({ mobile: expect.stringMatching(/^\+86-138\d{8}$/), email: '' })
}

function dataDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'ligature-readme-'))
  t.onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

test.skipIf(!isThere('curl'))(
  'by curl: the requests of both READMEs do what they say, and again after a restart',
  async (t) => {
    const data = dataDirectory(t)
    for (const shell of ['sh', isThere('bash') ? 'bash' : 'sh']) {
      const server = await startProcess(t, ['dev', '--data', data])
      for (const readme of READMES) {
        const outputs = await runRequests(readme, server.url, shell)
        await expectOutputs(outputs, server.url)
        for (const [index, samples] of samplesIn(readme).entries()) {
          const answers = answersIn(outputs[index] ?? '')
          const told = answers.slice(answers.length - samples.length)
          expect(told).toEqual(samples.map((sample) => matcherOf(JSON.parse(sample))))
        }
      }
      expect((await server.kill('SIGTERM')).code).toBe(0)
    }
  },
  60_000,
)

test('both READMEs hold the same commands, requests and samples', () => {
  const [english, chinese] = READMES.map(blocksIn)

  expect(chinese).toEqual(english)
  expect(english?.filter(isRequest)).toHaveLength(9)
})

/** The screens of the sample, worked by somebody who mistypes his first code. */
function somebodyWho(step: 'VERIFY_PHONE' | 'VERIFY_EMAIL' | 'WECHAT_PHONE') {
  const codes = ['000000', step === 'VERIFY_PHONE' ? '232326' : '123456']
  const seen: string[] = []
  return {
    seen,
    step: (steps: readonly { readonly step: string }[]) => steps.find((each) => each.step === step),
    mobile: () => '11012345678',
    email: () => 'zhangsan@qq.com',
    phoneCode: () => 'mock:zhangsan?phone=11012345678',
    code: (said: string) => {
      seen.push(said)
      return codes.shift()
    },
  }
}

interface WxRequest {
  readonly url: string
  readonly method: string
  readonly header: Readonly<Record<string, string>>
  readonly data: unknown
  success(answer: { readonly statusCode: number; readonly data: unknown }): void
  fail(error: unknown): void
}

/** As much of a mini program's `wx` as the sample uses, in front of this server. */
function wxOf(person: string, url: string) {
  return {
    login: async () => ({ code: `mock:${person}` }),
    request({ url: asked, method, header, data, success, fail }: WxRequest) {
      const headers = { 'Content-Type': 'application/json', ...header }
      fetch(asked.replace('https://id.example.com', url), { method, headers, body: JSON.stringify(data) })
        .then(async (answer) => {
          const body = await answer.text()
          success({ statusCode: answer.status, data: body === '' ? '' : JSON.parse(body) })
        })
        .catch(fail)
    },
  }
}

test('the mini program of the READMEs signs in by phone and by email, after a mistyped code, and by one tap', async (t) => {
  const server = await startProcess(t, ['dev', '--data', dataDirectory(t)])
  const sample = blocksIn('README.md').find(({ language }) => language === 'js')
  for (const step of ['VERIFY_PHONE', 'VERIFY_EMAIL', 'WECHAT_PHONE'] as const) {
    const ask = somebodyWho(step)
    // The sample's own function: it takes the screens and resolves to the last reply.
    const signIn = runInNewContext(`${sample?.text ?? ''}; signIn`, { wx: wxOf(step, server.url) }) as (
      screens: typeof ask,
    ) => Promise<Record<string, unknown>>

    expect(await expectSession({ ...(await signIn(ask)) }, server.url)).toEqual(zhangsan)
    expect(ask.seen).toEqual(step === 'WECHAT_PHONE' ? [] : ['', '验证码错误'])
    expect(await signIn(ask)).toMatchObject({ status: 'SUCCESS' })
  }
})

test('the configurations that are written down can be applied together', async (t) => {
  const data = dataDirectory(t)
  const pages = ['README.md', 'docs/guide/sms-bridge.md', 'docs/guide/configuration.md']
  const written = pages.flatMap((page) =>
    blocksOf(loadPage(page)).filter(({ language }) => language === 'yaml'),
  )
  const environment = {
    SHOP_WECHAT_SECRET: 'secret',
    SMTP_PASSWORD: 'secret',
    SMS_BRIDGE_SECRET: `whsec_${Buffer.alloc(32, 5).toString('base64')}`,
  }
  const file = join(data, 'ligature.yaml')
  const lines: string[] = []
  for (const { text: yaml } of written) {
    writeFileSync(file, yaml)
    const applied = await runLigature(t, ['apply', '-f', file, '--data', data], { environment })
    expect(applied).toMatchObject({ code: 0, stderr: '' })
    lines.push(...applied.stdout.split('\n'))
  }

  expect(written.length).toBeGreaterThanOrEqual(4)
  expect(lines).toEqual(
    expect.arrayContaining([
      '+ application d7f1c2a94be0436f8a51e3907bc6d284',
      '+ connection shop',
      '+ gateway bridge',
      '+ gateway mail',
      '~ sending spend_per_day: the default -> 500 CNY',
    ]),
  )
})

test('the users of the READMEs can be imported, shown and disabled', async (t) => {
  const data = dataDirectory(t)
  const server = await startProcess(t, ['dev', '--data', data])
  const lines = blocksIn('README.md').find(({ language }) => language === 'jsonl')?.text ?? ''
  const ligature = async (...args: readonly string[]) =>
    (await runLigature(t, [...args, '--data', data], { input: lines })).stdout

  expect(await ligature('users', 'import', '-')).toBe('2 imported, 0 known already, 0 refused\n')
  expect(await ligature('users', 'import', '-')).toBe('0 imported, 2 known already, 0 refused\n')
  expect(await ligature('users', 'show', 'lisi')).toContain('+86-13900139000')
  expect(await ligature('users', 'disable', 'lisi')).toMatch(/^disabled lisi/)
  expect((await fetch(`${server.url}/ready`)).status).toBe(200)
})
