import { expect, test } from 'vitest'
import { findConnection } from '../connections/index.ts'
import type { Deployment } from '../deployment.ts'
import { testVariables } from '../testing/configuration.ts'
import { CINEMA, newScene, SHOP, shopAndCinema } from '../testing/configuration-scene.ts'
import { contentsOf } from '../testing/contents.ts'

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
