import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { text as readText } from 'node:stream/consumers'
import { expect, test, type TestContext } from 'vitest'
import { newDirectory } from '../server/src/testing/data-directory.ts'
import { freePort } from '../server/src/testing/ports.ts'
import { testCertificate } from '../server/src/testing/postgres.ts'
import { runLigature, type ServerProcess, startProcess } from '../server/src/testing/server-process.ts'
import { blocksOf, loadPage } from './documents/pages.ts'
import { root } from './run.ts'

const PRODUCTION = 'docs/guide/production.md'
const OWN = 'docs/guide/your-own-mini-program.md'

function blockOf(page: string, language: string, has: string): string {
  const found = blocksOf(loadPage(page)).find((each) => each.language === language && each.text.includes(has))
  if (found === undefined) throw new Error(`${page} has no block of ${language} with ${has}`)
  return found.text
}

/** The deployment of the guide to production, started by the command of its service. */
async function startAsService(
  t: TestContext,
): Promise<{ server: ServerProcess; data: string; config: string }> {
  const place = newDirectory(t)
  const data = join(place, 'data')
  const config = join(place, 'ligature.yaml')
  writeFileSync(config, blockOf(PRODUCTION, 'yaml', 'gateways:'))
  const names = [...blockOf(PRODUCTION, 'ini', 'LIGATURE_MASTER_KEY').matchAll(/^(\w+)=/gm)].map(
    ([, name]) => name,
  )
  const environment = Object.fromEntries(names.map((name) => [name, Buffer.alloc(32, 7).toString('base64')]))
  const [, command = ''] =
    /^ExecStart=\/opt\/ligature\/ligature (.*)$/m.exec(blockOf(PRODUCTION, 'ini', '[Service]')) ?? []
  const args = command.split(' ').map((each) => {
    if (each === '/var/lib/ligature') return data
    return each === '/etc/ligature/ligature.yaml' ? config : each
  })
  const server = await startProcess(t, args, { environment })
  return { server, data, config }
}

test('the service of the guide starts with its configuration, and its rehearsal changes nothing', async (t) => {
  const { server, data, config } = await startAsService(t)
  expect((await fetch(`${server.url}/ready`)).status).toBe(200)
  expect(server.stdout()).toContain('+ gateway tencent')

  const dryRun = blockOf(PRODUCTION, 'sh', '--dry-run').trim().split(' ').slice(1)
  const args = dryRun.map((each) =>
    each.replace('/etc/ligature/ligature.yaml', config).replace('/var/lib/ligature', data),
  )
  const secrets = { SHOP_WECHAT_SECRET: 's', SMS_SECRET_ID: 's', SMS_SECRET_KEY: 's' }
  const key = { LIGATURE_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') }
  const rehearsed = await runLigature(t, args, { environment: { ...secrets, ...key } })
  expect(rehearsed).toMatchObject({ code: 0, stderr: '' })
  expect(rehearsed.stdout).toContain('~ connection shop app_secret: changed')
  expect(await server.kill('SIGTERM')).toMatchObject({ code: 0 })
}, 60_000)

test('behind the proxy of the guide the API answers, the metrics do not, and nobody chooses his address', async (t) => {
  if (spawnSync('nginx', ['-v']).error !== undefined)
    return t.skip('the proxy of the guide: nginx is not installed')
  const { server, data } = await startAsService(t)
  const port = await freePort()
  const place = newDirectory(t)
  const site = blockOf(PRODUCTION, 'nginx', 'server {')
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replace('/etc/ssl/id.example.com.pem', testCertificate)
    .replace('/etc/ssl/id.example.com.key', testCertificate.replace('certificate', 'key'))
    .replaceAll('http://127.0.0.1:3000', server.url)
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(place, name)};`,
  )
  writeFileSync(
    join(place, 'nginx.conf'),
    `daemon off; pid ${join(place, 'pid')}; error_log stderr; events {} http { access_log off; ${paths.join(' ')} ${site} }`,
  )
  const proxy = spawn('nginx', ['-p', place, '-c', join(place, 'nginx.conf')], { stdio: 'ignore' })
  t.onTestFinished(async () => {
    proxy.kill()
    await once(proxy, 'exit')
  })

  await expect.poll(() => ask(port, '/live').catch(() => undefined)).toMatchObject({ status: 200 })
  expect(await ask(port, '/api/v1/oauth2/keys')).toMatchObject({ status: 200 })
  expect(await ask(port, '/metrics')).toMatchObject({ status: 404 })
  const sent = await ask(port, '/api/v2/sdk/sms/send', {
    'x-forwarded-for': '203.0.113.9',
    'x-client-id': 'd7f1c2a94be0436f8a51e3907bc6d284',
    'x-operating-sys-version': 'a',
    'x-device-fingerprint': 'a',
    'x-agent': 'a',
    'content-type': 'application/json',
  })
  expect(sent.status).toBe(400)
  await server.kill('SIGTERM')
  expect(readFileSync(join(data, 'ligature.db'), 'latin1')).not.toContain('203.0.113.9')
  return undefined
}, 60_000)

interface Answer {
  readonly status: number | undefined
  readonly text: string
}

/** A GET, or with headers a POST that asks for a code. */
function ask(port: number, path: string, headers?: Readonly<Record<string, string>>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { port, path, host: '127.0.0.1', ca: readFileSync(testCertificate), agent: false }
    const call = request({ ...options, ...(headers && { headers, method: 'POST' }) }, (response) => {
      readText(response).then((text) => resolve({ status: response.statusCode, text }), reject)
    })
    call.on('error', reject)
    call.end(headers && JSON.stringify({ mobile: '13800138000', type: 'BIND_MOBILE_SMS' }))
  })
}

test('the steps of the Containerfile make a place that serves, without the tools that made it', async (t) => {
  const steps = [...readFileSync(join(root, 'Containerfile'), 'utf8').matchAll(/^RUN (.+)$/gm)].map(
    ([, step]) => step,
  )
  expect(steps).toEqual(['npm ci', 'node tools/build.ts', 'npm prune --omit=dev'])
  const place = newDirectory(t)
  const build = join(place, 'build')
  mkdirSync(build)
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
    .trim()
    .split('\n')
  for (const file of files.filter((each) => existsSync(join(root, each)))) {
    cpSync(join(root, file), join(build, file), { recursive: true })
  }
  // What `npm ci` would install is installed already: the same files, by links. The test runner's own change meanwhile.
  const modules = join(root, 'node_modules')
  const installed = readdirSync(modules).filter((name) => !name.startsWith('.vite'))
  mkdirSync(join(build, 'node_modules'))
  execFileSync('cp', ['-al', ...installed.map((name) => join(modules, name)), join(build, 'node_modules')])
  for (const step of steps.slice(1)) execFileSync('sh', ['-c', String(step)], { cwd: build, stdio: 'ignore' })

  const image = join(place, 'app')
  mkdirSync(image)
  for (const part of ['dist', 'node_modules']) execFileSync('mv', [join(build, part), image])
  expect(existsSync(join(image, 'node_modules/vitest'))).toBe(false)
  const program = join(image, 'dist/src/main.js')
  const server = await startProcess(t, ['start', '--data', join(place, 'data')], { program })
  expect((await fetch(`${server.url}/ready`)).status).toBe(200)
}, 120_000)

test('the first step of the guide to your own mini program: its configuration, its request, its answer', async (t) => {
  const place = newDirectory(t)
  const config = join(place, 'ligature.yaml')
  writeFileSync(config, blockOf(OWN, 'yaml', 'applications:'))
  const [, value = ''] = /^export SHOP_WECHAT_SECRET=(.*)$/m.exec(blockOf(OWN, 'sh', 'export')) ?? []
  const [, dev = ''] = /^\.\/ligature (dev .*)$/m.exec(blockOf(OWN, 'sh', 'export')) ?? []
  const args = dev.split(' ').map((each) => (each === 'ligature.yaml' ? config : each))
  const server = await startProcess(t, [...args, '--data', join(place, 'data')], {
    environment: { SHOP_WECHAT_SECRET: value },
  })

  const curl = blockOf(OWN, 'sh', 'curl').replace('http://127.0.0.1:3000', server.url)
  const { stdout } = spawnSync('sh', ['-euc', curl], { encoding: 'utf8' })
  expect(JSON.parse(stdout)).toMatchObject({ status: 'USER_REGISTER' })
  expect(stdout).toContain('"step":"WECHAT_PHONE"')
}, 60_000)
