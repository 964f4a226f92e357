import { expect, test, type TestContext } from 'vitest'
import { sweep } from '../housekeeping.ts'
import { findConnection, saveConnection } from '../connections/index.ts'
import type { Deployment } from '../deployment.ts'
import {
  applyFile,
  mistakesOf,
  newConfigurationFile,
  newDeployment,
  type TestApply,
  type TestFile,
  testVariables,
} from '../testing/configuration.ts'
import { startCarrier } from '../testing/carriers.ts'
import { contentsOf } from '../testing/contents.ts'
import { demoConnections, startServer } from '../testing/server.ts'
import { bindAndSignIn } from '../testing/signed-in.ts'

const SHOP = 'd7f1c2a94be0436f8a51e3907bc6d284'
const CINEMA = 'c1fe50aa4be0436f8a51e3907bc6d284'
const DEMO = 'nTo1eRIub60vPb54WeE6aojPwYwImtl4'

const shopAndCinema = `
applications:
  ${SHOP}:
    name: { zh: 商城, en: Shop }
    session: { lifetime: 7 days }
    origins: [https://shop.example.com]
  ${CINEMA}:
    name: Cinema
connections:
  shop:
    kind: wechat-mini-program
    applications: [${SHOP}, ${CINEMA}]
    app_id: wx0123456789abcdef
    app_secret: \${SHOP_SECRET}
test_addresses:
  13900139000: "482913"
`

interface Scene {
  readonly deployment: Deployment
  readonly file: TestFile
  apply(text?: string, options?: TestApply): Promise<readonly string[]>
  /** The mistakes of a file that is refused. */
  refused(text: string, options?: TestApply): Promise<string[]>
}

async function newScene(t: TestContext, deployment?: Deployment): Promise<Scene> {
  const used = deployment ?? (await newDeployment(t))
  const file = newConfigurationFile(t)
  const apply = (text?: string, options?: TestApply) => {
    if (text !== undefined) file.write(text)
    return applyFile(used, file, options)
  }
  return {
    deployment: used,
    file,
    apply,
    refused: async (text, options) =>
      mistakesOf(await apply(text, options).catch((error: unknown) => error), file),
  }
}

/** Every event of a changed configuration, oldest first. */
async function remembered({ db }: Deployment) {
  const rows = await db
    .selectFrom('audit_event')
    .select(['because', 'client_id', 'connection_id', 'address_masked'])
    .where('kind', '=', 'configuration_changed')
    .execute()
  return rows.toSorted((one, other) => (String(one.because) < String(other.because) ? -1 : 1))
}

async function applicationRow({ db }: Deployment, clientId: string) {
  return db.selectFrom('application').selectAll().where('client_id', '=', clientId).executeTakeFirstOrThrow()
}

test('makes what the file describes, and has nothing to change the second time', async (t) => {
  const { deployment, apply } = await newScene(t)

  expect(await apply(shopAndCinema)).toEqual([
    `+ application ${SHOP}`,
    `+ application ${CINEMA}`,
    '+ connection shop',
    '+ test address +86-139****9000',
  ])
  const before = await contentsOf(deployment.db)
  expect(await apply()).toEqual([])
  expect(await contentsOf(deployment.db)).toEqual(before)

  expect(await applicationRow(deployment, SHOP)).toMatchObject({
    name_zh: '商城',
    name_en: 'Shop',
    session_seconds: 604_800,
    renews_session: 0,
    id_token_algorithm: 'RS256',
    id_token_subject: 'user_id',
    id_token_seconds: 300,
    origins: '["https://shop.example.com"]',
    disabled_at: null,
  })
  expect(await applicationRow(deployment, CINEMA)).toMatchObject({
    name_zh: 'Cinema',
    session_seconds: 432_000,
  })
  const connection = await findConnection(deployment.db, CINEMA, 'wechat-mini-program')
  expect(connection).toMatchObject({
    id: expect.stringMatching(/^\d{17}-[0-9A-F]{4}-[0-9A-F]{9}$/),
    name: 'shop',
    appId: 'wx0123456789abcdef',
    whenUnbound: 'bind',
    secondIdentity: 'refuse',
    requiresOwnCode: false,
    hasPhoneButton: false,
  })
  const { id = '', appSecretSealed = '' } = connection ?? {}
  expect(deployment.vault.open(`connection ${id}`, appSecretSealed)).toBe(testVariables['SHOP_SECRET'])
})

test('another spelling of the same is no change', async (t) => {
  const { apply } = await newScene(t)
  await apply(shopAndCinema)

  const spelled = shopAndCinema
    .replace('7 days', '168h')
    .replace('name: Cinema', 'name: { en: Cinema, zh: Cinema }')
    .replace(`[${SHOP}, ${CINEMA}]`, `[${CINEMA}, ${SHOP}, ${SHOP}]`)
    .replace('13900139000', '"+86 139 0013 9000"')

  expect(await apply(spelled)).toEqual([])
})

test('writes the fields that are named, and leaves the others and other objects as they are', async (t) => {
  const { deployment, apply } = await newScene(t)
  await apply(shopAndCinema)

  const lines = await apply(`
applications:
  ${SHOP}:
    name: { en: The Shop }
    session: { renewed: true }
connections:
  shop:
    kind: wechat-mini-program
    when_unbound: bind_or_register
    open_platform: Example Ltd
`)

  expect(lines).toEqual([
    `~ application ${SHOP} name.en: Shop -> The Shop`,
    `~ application ${SHOP} session.renewed: false -> true`,
    '~ connection shop open_platform: none -> Example Ltd',
    '~ connection shop when_unbound: bind -> bind_or_register',
  ])
  expect(await applicationRow(deployment, SHOP)).toMatchObject({
    name_zh: '商城',
    name_en: 'The Shop',
    session_seconds: 604_800,
    renews_session: 1,
  })
  expect(await applicationRow(deployment, CINEMA)).toMatchObject({ name_en: 'Cinema' })
  expect(await findConnection(deployment.db, CINEMA, 'wechat-mini-program')).toMatchObject({
    openPlatform: 'Example Ltd',
    appId: 'wx0123456789abcdef',
  })
  expect(await apply('connections:\n  shop:\n    kind: wechat-mini-program\n    open_platform: ~\n')).toEqual(
    ['~ connection shop open_platform: Example Ltd -> none'],
  )
})

test('a list is written as a whole: an application can be taken off a connection', async (t) => {
  const { deployment, apply } = await newScene(t)
  await apply(shopAndCinema)

  const lines = await apply(shopAndCinema.replace(`[${SHOP}, ${CINEMA}]`, `[${SHOP}]`))

  expect(lines).toEqual([`~ connection shop applications: ["${CINEMA}","${SHOP}"] -> ["${SHOP}"]`])
  expect(await findConnection(deployment.db, CINEMA, 'wechat-mini-program')).toBeUndefined()
  expect(await findConnection(deployment.db, SHOP, 'wechat-mini-program')).toBeDefined()
})

test('two connections can exchange their applications', async (t) => {
  const { deployment, apply } = await newScene(t)
  const text = (shop: string, cinema: string) => `
${shopAndCinema.replace(`[${SHOP}, ${CINEMA}]`, `[${shop}]`).replace('test_addresses', '  cinema:\n    kind: wechat-mini-program\n    applications: [' + cinema + ']\n    app_id: wxfedcba9876543210\n    app_secret: ${SHOP_SECRET}\ntest_addresses')}`
  await apply(text(SHOP, CINEMA))

  expect(await apply(text(CINEMA, SHOP))).toHaveLength(2)

  expect((await findConnection(deployment.db, CINEMA, 'wechat-mini-program'))?.name).toBe('shop')
  expect((await findConnection(deployment.db, SHOP, 'wechat-mini-program'))?.name).toBe('cinema')
})

test('a secret that changed is told of as changed, wherever it came from', async (t) => {
  const { deployment, file, apply } = await newScene(t)
  await apply(shopAndCinema)

  const variables = { ...testVariables, SHOP_SECRET: 'another-secret-91c2' }
  const lines = [...(await apply(shopAndCinema, { variables }))]
  expect(lines).toEqual(['~ connection shop app_secret: changed'])
  file.writeBeside('secrets/shop', 'third-secret-55d0\r\n')
  lines.push(
    ...(await apply(shopAndCinema.replace('${SHOP_SECRET}', '{ file: "secrets/${NAME}" }'), {
      variables: { NAME: 'shop' },
    })),
  )
  lines.push(...(await apply(shopAndCinema.replace('482913', '975311'))))
  expect(lines.slice(2)).toEqual([
    '~ connection shop app_secret: changed',
    '~ test address +86-139****9000 changed',
  ])

  const connection = await findConnection(deployment.db, SHOP, 'wechat-mini-program')
  expect(deployment.vault.open(`connection ${connection?.id}`, connection?.appSecretSealed ?? '')).toBe(
    testVariables['SHOP_SECRET'],
  )
  const told = JSON.stringify([lines, await remembered(deployment)])
  for (const secret of ['another-secret', 'third-secret', 'app-secret', '482913', '975311', '13900139000']) {
    expect(told).not.toContain(secret)
  }
})

test('a variable may stand inside a text, and $${ is a plain ${', async (t) => {
  const { deployment, apply } = await newScene(t)

  await apply(`applications:\n  ${SHOP}:\n    name: Shop \${REGION}-1 $\${REGION} 5$\n`)

  expect((await applicationRow(deployment, SHOP)).name_en).toBe('Shop eu-1 ${REGION} 5$')
})

test('every changed object is in the audit, and can be found by what it is', async (t) => {
  const { deployment, apply } = await newScene(t)
  await apply(shopAndCinema)
  await apply(shopAndCinema.replace('7 days', '8 days').replace('{ zh: 商城, en: Shop }', 'Shop'))

  const connection = await findConnection(deployment.db, SHOP, 'wechat-mini-program')
  const nothing = { client_id: null, connection_id: null, address_masked: null }
  expect(await remembered(deployment)).toEqual([
    { ...nothing, because: `+ application ${CINEMA}`, client_id: CINEMA },
    { ...nothing, because: `+ application ${SHOP}`, client_id: SHOP },
    { ...nothing, because: '+ connection shop', connection_id: connection?.id },
    { ...nothing, because: '+ test address +86-139****9000', address_masked: '+86-139****9000' },
    {
      ...nothing,
      because: `~ application ${SHOP} name.zh: 商城 -> Shop; session.lifetime: 7 days -> 8 days`,
      client_id: SHOP,
    },
  ])
})

test('a dry run says the same and changes nothing', async (t) => {
  const { deployment, apply } = await newScene(t)
  await apply(shopAndCinema)
  const changed = shopAndCinema
    .replace('name: Cinema', 'name: Pictures')
    .replace('13900139000', '13900139001')
  const before = await contentsOf(deployment.db)

  const rehearsed = await apply(changed, { isPruning: true, isRehearsal: true })

  expect(await contentsOf(deployment.db)).toEqual(before)
  expect(await apply(changed, { isPruning: true })).toEqual(rehearsed)
  expect(rehearsed).toEqual([
    `~ application ${CINEMA} name.zh: Cinema -> Pictures`,
    `~ application ${CINEMA} name.en: Cinema -> Pictures`,
    '+ test address +86-139****9001',
    '- test address +86-139****9000',
  ])
})

test('a file with one mistake changes nothing at all', async (t) => {
  const { deployment, apply, refused } = await newScene(t)
  await apply(shopAndCinema)
  const before = await contentsOf(deployment.db)

  const wrong = shopAndCinema.replace('name: Cinema', 'name: Pictures').replace('"482913"', '"48291"')

  expect(await refused(wrong)).toEqual(['16:16: test address +86-139****9000 must be six digits, in quotes'])
  expect(await contentsOf(deployment.db)).toEqual(before)
})

test('of two applies at once one makes the objects and the other finds them', async (t) => {
  const { deployment, file, apply } = await newScene(t)
  file.write(shopAndCinema)

  const results = await Promise.all([apply(), apply(), apply()])

  expect(results.filter((lines) => lines.length === 4)).toHaveLength(1)
  expect(results.filter((lines) => lines.length === 0)).toHaveLength(2)
  expect(await remembered(deployment)).toHaveLength(4)
})

test('--prune removes what the sections of the file do not name, and leaves other sections alone', async (t) => {
  const { deployment, apply } = await newScene(t)
  await apply(shopAndCinema)

  expect(await apply(`applications:\n  ${CINEMA}:\nconnections:\n`)).toEqual([])
  expect(await apply(undefined, { isPruning: true })).toEqual(['- connection shop', `- application ${SHOP}`])
  expect(await apply(undefined, { isPruning: true })).toEqual([])

  const left = await contentsOf(deployment.db)
  expect(left['application']).toHaveLength(1)
  expect(left['connection']).toEqual([])
  expect(left['connection_application']).toEqual([])
  expect(left['test_address']).toHaveLength(1)
  expect(await apply('test_addresses: {}\n', { isPruning: true })).toEqual(['- test address +86-139****9000'])
})

test('--prune takes an application that goes off the connections that stay', async (t) => {
  const { deployment, apply } = await newScene(t)
  await apply(shopAndCinema)

  expect(await apply(`applications:\n  ${CINEMA}:\n`, { isPruning: true })).toEqual([`- application ${SHOP}`])

  expect((await findConnection(deployment.db, CINEMA, 'wechat-mini-program'))?.name).toBe('shop')
  expect((await contentsOf(deployment.db))['connection_application']).toHaveLength(1)
})

test('--prune refuses a file that names what it would remove', async (t) => {
  const { apply, refused } = await newScene(t)
  await apply(shopAndCinema)
  const text = `applications:\n  ${CINEMA}:\nconnections:\n  shop:\n    kind: wechat-mini-program\n    applications:\n      - ${CINEMA}\n      - ${SHOP}\n`

  expect(await refused(text, { isPruning: true })).toEqual([
    `8:9: application ${SHOP} is not in the file, so that --prune would remove it`,
  ])
  expect(await apply(text)).toEqual([])
})

test('--prune disables what somebody has signed in with, says so once, and it can be switched on again', async (t) => {
  const server = await startServer(t)
  await server.addUser({ mobile: '13800138000', fixedCode: '246810' })
  const signIn = await server.miniProgram().openSignIn('alice')
  await signIn.send('13800138000')
  expect((await signIn.bind('13800138000', '246810')).outcome).toBe('SUCCESS')
  const { apply } = await newScene(t, server.deployment)
  const [demo, other, third] = demoConnections

  const lines = await apply('applications:\nconnections:\n', { isPruning: true })

  expect(lines).toEqual([
    `- connection ${demo?.name}: disabled and not removed, because identities and sign-ins hang on it`,
    `- connection ${other?.name}`,
    `- connection ${third?.name}`,
    '- application demoBindOrRegister00000000000001',
    '- application demoSameGroup0000000000000000001',
    `- application ${DEMO}: disabled and not removed, because sessions, sign-ins, and verification codes hang on it`,
  ])
  expect(await apply(undefined, { isPruning: true })).toEqual([])
  expect((await server.miniProgram().login('alice')).outcome).toBe('IDAAS.SDK.PARAM.0003')
  expect(await server.count('identity')).toBe(1)

  const named = `applications:\n  ${DEMO}:\nconnections:\n  ${demo?.name}:\n    kind: wechat-mini-program\n`
  expect(await apply(named)).toEqual([
    `! application ${DEMO} is disabled; "disabled: false" in the file switches it on`,
    `! connection ${demo?.name} is disabled; "disabled: false" in the file switches it on`,
  ])
  const switchedOn = named.replace(`${DEMO}:`, `${DEMO}:\n    disabled: false`)
  expect(await apply(`${switchedOn}    disabled: false\n`)).toEqual([
    `~ application ${DEMO} disabled: true -> false`,
    `~ connection ${demo?.name} disabled: true -> false`,
  ])
  expect((await server.miniProgram().login('alice')).outcome).toBe('SUCCESS')
})

test('--prune keeps a connection whose accounts were unbound, because the mark bars adoption', async (t) => {
  const server = await startServer(t)
  const alice = await bindAndSignIn(server.miniProgram(), 'alice')
  const [link] = await alice.links()
  expect((await alice.unbindAccount(link?.id ?? '')).httpStatus).toBe(200)
  server.clock.advance(48 * 60 * 60 * 1000)
  await sweep(server.deployment.db, server.clock.now())
  const { apply } = await newScene(t, server.deployment)

  expect(await apply('connections:\n', { isPruning: true })).toEqual([
    '- connection Demo mini program, bind: disabled and not removed, because marks of what was unbound hang on it',
    '- connection Demo mini program, bind or register',
    '- connection Demo mini program, same group',
  ])
})

test('a gateway that only another version knows stays, until the file describes it anew or prunes it', async (t) => {
  const { deployment, apply } = await newScene(t)
  const bridge = (name: string) =>
    `  ${name}:\n    kind: http-sms\n    url: https://sms.example.com\n    secret: \${BRIDGE}\n`
  const variables = { BRIDGE: `whsec_${Buffer.alloc(32, 5).toString('base64')}` }
  await apply(`gateways:\n${bridge('old')}`, { variables })
  const { db } = deployment
  await db.updateTable('gateway').set({ kind: 'pigeon' }).execute()

  expect(await apply(`gateways:\n${bridge('new')}`, { variables })).toEqual(['+ gateway new'])
  expect(await apply(undefined, { variables })).toEqual([])
  const both = `gateways:\n${bridge('new')}${bridge('old')}`
  expect(await apply(both, { variables })).toEqual(['~ gateway old kind: pigeon -> http-sms'])
  expect(await apply(undefined, { variables })).toEqual([])
  await db.updateTable('gateway').set({ secrets_sealed: 'x' }).where('name', '=', 'old').execute()
  expect(await apply(`gateways:\n${bridge('new')}`, { variables, isPruning: true })).toEqual([
    '- gateway old',
  ])
})

test('ids that a vendor gave out may be written with and without quotes, and stay the same', async (t) => {
  const { deployment, apply } = await newScene(t)
  const text = (appId: string) =>
    `gateways:\n  tencent:\n    kind: tencent-sms\n    secret_id: \${SHOP_SECRET}\n    secret_key: \${SHOP_SECRET}\n    sdk_app_id: ${appId}\n    templates: { default: 2468 }\n`

  expect(await apply(text('1400006666'))).toEqual(['+ gateway tencent'])
  expect(await apply()).toEqual([])
  expect(await apply(text('1400007777'))).toEqual(['~ gateway tencent sdk_app_id: 1400006666 -> 1400007777'])
  const settings = (await contentsOf(deployment.db))['gateway']?.join('') ?? ''
  expect(settings).toContain('1400007777')
  expect(settings).not.toContain(testVariables['SHOP_SECRET'])
})

test('a connection keeps its app_id once somebody is bound by it, and not before', async (t) => {
  const server = await startServer(t)
  await server.addUser({ mobile: '13800138000', fixedCode: '246810' })
  const { apply, refused } = await newScene(t, server.deployment)
  const text = (appId: string) =>
    `connections:\n  ${demoConnections[0]?.name}:\n    kind: wechat-mini-program\n    app_id: ${appId}\n`
  expect(await apply(text('wx00000000000000ff'))).toHaveLength(1)
  expect(await apply(text('wx0000000000000001'))).toHaveLength(1)
  const signIn = await server.miniProgram().openSignIn('alice')
  await signIn.send('13800138000')
  await signIn.bind('13800138000', '246810')

  expect(await refused(text('wx00000000000000ff'))).toEqual([
    '4:13: app_id cannot change: people are bound by wx0000000000000001; describe the other mini program as a connection of its own',
  ])
})

test('an application with a stored connection of the kind cannot be given a second one', async (t) => {
  const { deployment, apply, refused } = await newScene(t)
  await apply(shopAndCinema)
  const second = `connections:\n  second:\n    kind: wechat-mini-program\n    applications: [${SHOP}]\n    app_id: wxfedcba9876543210\n    app_secret: \${SHOP_SECRET}\n`

  expect(await refused(second)).toEqual([
    `4:19: applications names ${SHOP}, which has the connection shop already: an application has one wechat-mini-program`,
  ])
  expect(
    await apply(`${second}  shop:\n    kind: wechat-mini-program\n    applications: [${CINEMA}]\n`),
  ).toHaveLength(2)
  expect((await findConnection(deployment.db, SHOP, 'wechat-mini-program'))?.name).toBe('second')
})

test('gateways and policies of the file count at the next send', async (t) => {
  const server = await startServer(t, { usesStoredGateways: true })
  const carrier = await startCarrier(t)
  const { url, secret } = carrier.description
  const { apply } = await newScene(t, server.deployment)
  const send = async (mobile: string) => (await server.miniProgram().send(mobile, 'BIND_MOBILE_SMS')).outcome
  const text = `gateways:\n  bridge:\n    kind: http-sms\n    url: ${String(url)}\n    secret: \${SHOP_SECRET}\n`
  const variables = { SHOP_SECRET: String(secret) }

  expect(await send('13800138000')).toBe('IDAAS.SDK.CAPTCHA.0006')
  expect(await apply(text, { variables })).toEqual(['+ gateway bridge'])
  expect(await send('13900139000')).toBe('OK')
  expect(carrier.messages).toMatchObject([{ to: '+8613900139000' }])

  await apply(
    'sending:\n  per_deployment: [2 per day]\nmessage_texts:\n  bind: { en: { sms: "{code} it is" } }\n',
  )
  expect(await send('13700137000')).toBe('IDAAS.SDK.CAPTCHA.0006')
  await apply('sending:\n  per_deployment: [3 per day]\n')
  expect(await send('13700137000')).toBe('OK')
  expect(carrier.messages[1]?.text).toMatch(/^\d{6} it is$/)

  expect(await apply('gateways:\n', { isPruning: true })).toEqual(['- gateway bridge'])
  server.clock.advance(24 * 60 * 60 * 1000)
  expect(await send('13600136000')).toBe('IDAAS.SDK.CAPTCHA.0006')
})

test('what was written by other means can be described as it is', async (t) => {
  const { deployment, apply } = await newScene(t)
  await apply(shopAndCinema)
  const connection = { ...demoConnections[0], clientIds: [] }
  if (connection.id === undefined) throw new Error('there is no demo data')
  // The test names every field that the spread of a list's element may lack.
  await saveConnection(deployment.db, deployment.vault, connection as (typeof demoConnections)[number], 0)

  expect(await apply(`connections:\n  ${connection.name}:\n    kind: wechat-mini-program\n`)).toEqual([])
})
