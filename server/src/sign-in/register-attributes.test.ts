import { expect, test } from 'vitest'
import { savePolicy } from '../platform/policy/index.ts'
import { startServer } from '../testing/server.ts'
import { signedIn } from '../testing/signed-in.ts'
import { attributePolicy, customAttributes } from '../users/index.ts'
import { MOBILE, REQUIRED, MALFORMED, NOT_YOURS, startOpen, openClient } from '../testing/registering.ts'

test.for([
  { user_name: '13900139000' },
  { user_name: 'li si' },
  { user_name: 'a'.repeat(65) },
  { name: 'a'.repeat(257) },
  { name: 'a\nb' },
  { head_img: 'data:text/html,x' },
  { head_img: '//example.com/a.png' },
  { attr_gender: 'm' },
  { attr_birthday: '1990-02-30' },
  { attr_birthday: '1990-2-3' },
  { attr_birthday: '2023-02-29' },
  { extension: { age: 'old' } },
  { extension: { tags: ['a', ''] } },
  { extension: { tags: 'a' } },
  { extension: { agreed: 'yes' } },
  { extension: { motto: 'a'.repeat(6) } },
])('refuses %j with the name of the field, and the code stays good', async (fields, t) => {
  const server = await startOpen(t)
  await savePolicy(server.deployment.db, customAttributes, {
    attributes: {
      age: { type: 'number' },
      tags: { type: 'texts' },
      agreed: { type: 'switch' },
      motto: { type: 'text', max_length: 5 },
    },
  })
  const client = openClient(server)
  const code = await client.code()

  const reply = await client.register(code, fields)

  expect(reply).toMatchObject({ httpStatus: 400, outcome: MALFORMED })
  expect(String(reply.body['error_msg'])).toContain(Object.keys(fields)[0])
  const custom = { age: -1.5, tags: ['a'], agreed: 'false', motto: 'a'.repeat(5), forgotten: { x: 1 } }
  const right = await client.register(code, {
    attr_gender: 'unknown',
    attr_birthday: '2024-02-29',
    extension: custom,
  })
  const { forgotten: _, ...kept } = custom
  expect((await signedIn(client, right).profile()).body).toMatchObject({
    attr_gender: 'unknow',
    attr_birthday: '2024-02-29',
    extension: { ...kept, agreed: false },
  })
})

test('asks for what the operator requires, in the form that he wants', async (t) => {
  const server = await startOpen(t)
  const { db } = server.deployment
  await savePolicy(db, attributePolicy, {
    name: { required: true },
    zip_code: { pattern: String.raw`[1-9]\d{5}` },
  })
  await savePolicy(db, customAttributes, {
    attributes: {
      city: { type: 'text', required: true, pattern: 'Wuhan|Beijing' },
      level: { type: 'number', editable: false },
    },
  })
  const client = openClient(server)
  const code = await client.code()
  const good = { name: 'Li', extension: { city: 'Wuhan' } }

  for (const [fields, outcome] of [
    [{}, REQUIRED],
    [{ name: '', extension: good.extension }, REQUIRED],
    [{ name: 'Li' }, REQUIRED],
    [{ name: 'Li', extension: { city: '' } }, REQUIRED],
    [{ name: 'Li', extension: { city: 'Wuhan!' } }, MALFORMED],
    [{ ...good, zip_code: '043000' }, MALFORMED],
    [{ ...good, extension: { city: 'Wuhan', level: 9 } }, NOT_YOURS],
  ] as const) {
    expect({ fields, ...(await client.register(code, fields)) }).toMatchObject({ fields, outcome })
  }
  expect(await client.register(code, { ...good, zip_code: '430000' })).toMatchObject({ outcome: 'SUCCESS' })
})

test('a bind has no fields, so it asks for none that are required', async (t) => {
  const server = await startServer(t)
  await savePolicy(server.deployment.db, attributePolicy, { name: { required: true } })
  const signIn = await server
    .miniProgram({ clientId: 'demoBindOrRegister00000000000001' })
    .openSignIn('somebody')
  await signIn.send(MOBILE, { register: true })

  const reply = await signIn.registerBind(MOBILE, await server.miniProgram().newestCode(MOBILE))

  expect(reply).toMatchObject({ outcome: 'SUCCESS' })
})

test('nothing of what a person says of himself can be read in the database', async (t) => {
  const server = await startOpen(t)
  const client = openClient(server)
  await client.register(await client.code(), {
    attr_nick_name: 'Zauberflöte',
    mailing_address: '1 East Road',
  })

  const rows = JSON.stringify([
    await server.deployment.db.selectFrom('user').selectAll().execute(),
    await server.deployment.db.selectFrom('audit_event').selectAll().execute(),
    server.logLines,
  ])

  expect(rows).not.toMatch(/Zauberfl|East Road/)
})
