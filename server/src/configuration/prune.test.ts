import { expect, test } from 'vitest'
import { findConnection } from '../connections/index.ts'
import { sweep } from '../housekeeping.ts'
import { CINEMA, newScene, SHOP, shopAndCinema } from '../testing/configuration-scene.ts'
import { contentsOf } from '../testing/contents.ts'
import { demoConnections, startServer } from '../testing/server.ts'
import { bindAndSignIn } from '../testing/signed-in.ts'
const DEMO = 'nTo1eRIub60vPb54WeE6aojPwYwImtl4'

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
