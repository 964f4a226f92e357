import { expect, test } from 'vitest'
import { findConnection, saveConnection } from '../connections/index.ts'
import { startCarrier } from '../testing/carriers.ts'
import { testVariables } from '../testing/configuration.ts'
import { CINEMA, newScene, SHOP, shopAndCinema } from '../testing/configuration-scene.ts'
import { contentsOf } from '../testing/contents.ts'
import { demoConnections, startServer } from '../testing/server.ts'

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
