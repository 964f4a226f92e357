import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test, type TestContext, vi } from 'vitest'
import { REMEMBERED_FOR_MS } from '../platform/db/remembered.ts'
import { newConfigurationFile } from '../testing/configuration.ts'
import { newDataDirectory, newDirectory } from '../testing/data-directory.ts'
import { openMiniProgram } from '../testing/mini-program.ts'
import { prepareProduction } from '../testing/production.ts'
import { runLigature, startProcess } from '../testing/server-process.ts'

const SHOP = 'd7f1c2a94be0436f8a51e3907bc6d284'
const environment = { SHOP_SECRET: 'app-secret-of-the-shop' }

const shop = `
applications:
  ${SHOP}:
    name: Shop
connections:
  shop:
    kind: wechat-mini-program
    applications: [${SHOP}]
    app_id: wx0123456789abcdef
    app_secret: \${SHOP_SECRET}
    when_unbound: bind_or_register
`

// Each test starts several processes.
vi.setConfig({ testTimeout: 60_000 })

/** `ligature apply` in a process of its own. */
function apply(t: TestContext, path: string, data: string, ...flags: readonly string[]) {
  return runLigature(t, ['apply', '-f', path, '--data', data, ...flags], { environment })
}

test('apply makes a deployment for production where there is none, and a dry run does not', async (t) => {
  const { path } = newConfigurationFile(t, shop)
  const data = join(newDirectory(t), 'data')
  const objects = `+ application ${SHOP}\n+ connection shop\n`

  const rehearsed = await apply(t, path, data, '--dry-run')
  expect(rehearsed).toMatchObject({
    code: 0,
    stdout: `${data} holds no deployment; one for production would be made there\n${objects}${path}: nothing was changed, because of --dry-run\n`,
  })
  expect(existsSync(data)).toBe(false)

  const made = await apply(t, path, data)
  expect(made).toMatchObject({
    code: 0,
    stderr: '',
    stdout: `${data} holds no deployment; one for production is made there\n${objects}`,
  })
  expect((await apply(t, path, data)).stdout).toBe(`${path}: nothing to change\n`)
  await startProcess(t, ['start', '--log', 'silent', '--data', data])
})

test('a file with mistakes ends with 1, tells all of them, and makes no deployment', async (t) => {
  const { path } = newConfigurationFile(t, `applications:\n  ${SHOP}:\n    nme: Shop\n`)
  const data = join(newDirectory(t), 'data')

  const { code, stdout, stderr } = await apply(t, path, data)

  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toBe(
    `ligature: ${path} has 2 mistakes; nothing was changed\n` +
      `${path}:2:3: application ${SHOP} needs "name"\n` +
      `${path}:3:5: "nme" is not a key of application ${SHOP}; did you mean "name"?\n`,
  )
  expect(existsSync(data)).toBe(false)
})

test('a file that is not there, or none at all, is told in a sentence', async (t) => {
  const data = newDirectory(t)

  expect((await apply(t, '/nowhere/ligature.yaml', data)).stderr).toMatch(
    /^ligature: \/nowhere\/ligature\.yaml cannot be read: ENOENT/,
  )
  expect((await runLigature(t, ['apply', '--data', data])).stderr).toContain(
    "required option '-f, --file <file>'",
  )
})

test('a running server goes by what another process has applied, half a second later', async (t) => {
  const production = await prepareProduction(t, ['13800138000'])
  const server = await startProcess(t, production.args, production.options)
  const { path, write } = newConfigurationFile(
    t,
    `applications:\n  ${SHOP}:\n    name: Shop\nconnections:\n  Demo mini program, bind:\n    kind: wechat-mini-program\n    applications: [${SHOP}]\n`,
  )
  const program = openMiniProgram(server.url, { clientId: SHOP })
  expect((await program.login('alice')).outcome).toBe('IDAAS.SDK.PARAM.0003')

  const own = { environment: { ...environment, ...production.data.process.environment } }
  const applyBeside = () => runLigature(t, ['apply', '-f', path], own)

  expect((await applyBeside()).stdout).toContain(`+ application ${SHOP}\n`)
  await delay(REMEMBERED_FOR_MS)
  expect((await program.login('alice')).outcome).toBe('SOCIAL_BIND')

  write(`applications:\n  ${SHOP}:\n    disabled: true\n`)
  expect((await applyBeside()).code).toBe(0)
  await delay(REMEMBERED_FOR_MS)
  expect((await program.login('alice')).outcome).toBe('IDAAS.SDK.PARAM.0003')
})

test('dev applies --config at each start, beside its demo data, with the emulated WeChat', async (t) => {
  const { path } = newConfigurationFile(t, shop)
  const data = newDirectory(t)
  const start = () => startProcess(t, ['dev', '--data', data, '--config', path], { environment })

  const server = await start()
  expect(server.stdout()).toContain(`+ application ${SHOP}\n+ connection shop\n`)
  expect((await openMiniProgram(server.url, { clientId: SHOP }).login('alice')).outcome).toBe('USER_REGISTER')
  const demo = openMiniProgram(server.url, { clientId: 'nTo1eRIub60vPb54WeE6aojPwYwImtl4' })
  expect((await demo.login('alice')).outcome).toBe('SOCIAL_BIND')
  await server.kill('SIGTERM')

  const again = await start()
  expect(again.stdout()).toContain(`${path}: nothing to change\n`)
})

test('start applies --config before it is ready, and a file with a mistake stops the start', async (t) => {
  const { path, write } = newConfigurationFile(t, shop)
  const data = await newDataDirectory(t, 'production')
  const args = ['start', '--log', 'silent', '--data', data]
  const options = { environment: { ...environment, LIGATURE_CONFIG: path } }

  const server = await startProcess(t, args, options)
  expect(server.stdout()).toMatch(/^\+ application .*\n\+ connection shop\nready /)
  await server.kill('SIGTERM')

  write(shop.replace('name: Shop', 'name: { de: Laden }'))
  const stopped = await runLigature(t, [...args, '--port', '0'], options)
  expect(stopped).toMatchObject({ code: 1, stdout: '' })
  expect(stopped.stderr).toContain(`${path}:4:13: "de" is not a key of name\n`)
})

test('of two processes that apply at once both end well, and one has made everything', async (t) => {
  const { path } = newConfigurationFile(t, shop)
  const data = await newDataDirectory(t, 'production')

  const results = await Promise.all([apply(t, path, data), apply(t, path, data), apply(t, path, data)])

  for (const { code, stderr } of results) expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(results.filter(({ stdout }) => stdout.includes('+ connection shop'))).toHaveLength(1)
  expect(results.filter(({ stdout }) => stdout.includes('nothing to change'))).toHaveLength(2)
})

test('the path of a secret begins at the file, wherever the command is run', async (t) => {
  const { path } = newConfigurationFile(t, shop.replace(/app_secret: .*/, 'app_secret: { file: shop.txt }'))
  writeFileSync(join(dirname(path), 'shop.txt'), 'secret\n')

  expect((await apply(t, path, newDirectory(t))).code).toBe(0)
})
