import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { listGateways, openGateways, removeGateway, saveGateway } from '../messages/index.ts'
import { inTransaction } from '../platform/db/index.ts'
import { openLog } from '../platform/log.ts'
import { setGateway, startCarrier } from '../testing/carriers.ts'
import { codeEmail } from '../testing/code-message.ts'
import { startMailServer } from '../testing/mail-server.ts'
import { startServer, type TestServer } from '../testing/server.ts'

const MINUTE = 60_000
const REFUSED = 'IDAAS.SDK.CAPTCHA.0006'
const LI = '13800138000'
const WANG = '13900139000'

async function sendTo(server: TestServer, address: string): Promise<string> {
  const type = address.includes('@') ? 'BIND_EMAIL_EMS' : 'BIND_MOBILE_SMS'
  return (await server.miniProgram().send(address, type)).outcome
}

const SENT = { result: 'sent' }

describe('a gateway of the database', () => {
  test('that is changed counts at the next send, on every instance', async (t) => {
    const one = await startServer(t, { usesStoredGateways: true })
    const other = await startServer(t, { usesStoredGateways: true, data: one.data })
    const [before, after] = [await startCarrier(t), await startCarrier(t)]
    await setGateway(one, 'carrier', before.description)
    expect([await sendTo(one, LI), await sendTo(other, WANG)]).toEqual(['OK', 'OK'])

    await setGateway(other, 'carrier', after.description)
    for (const server of [one, other]) server.clock.advance(MINUTE)
    expect([await sendTo(one, LI), await sendTo(other, WANG)]).toEqual(['OK', 'OK'])

    expect(before.messages.map(({ to }) => to)).toEqual([`+86${LI}`, `+86${WANG}`])
    expect(after.messages.map(({ to }) => to)).toEqual([`+86${LI}`, `+86${WANG}`])
    expect(await one.count('message_attempt')).toBe(4)
  })

  test('is tried in the order of the ranks, which can change', async (t) => {
    const server = await startServer(t, { usesStoredGateways: true })
    const [one, other] = [await startCarrier(t), await startCarrier(t)]
    await setGateway(server, 'one', one.description, 1)
    await setGateway(server, 'other', other.description, 2)
    await sendTo(server, LI)

    await setGateway(server, 'other', other.description, 0)
    await sendTo(server, WANG)

    expect(one.messages.map(({ to }) => to)).toEqual([`+86${LI}`])
    expect(other.messages.map(({ to }) => to)).toEqual([`+86${WANG}`])
  })

  test('that is replaced is closed once its messages are through, and is kept open until then', async (t) => {
    const arrived = Promise.withResolvers<void>()
    const accept = Promise.withResolvers<void>()
    const closed = Promise.withResolvers<void>()
    let isHolding = false
    const mail = await startMailServer({
      onData(stream, _, callback) {
        void buffer(stream).then(async () => {
          if (isHolding) {
            arrived.resolve()
            await accept.promise
          }
          callback()
        })
      },
      onClose: () => closed.resolve(),
    })
    const replacement = await startMailServer()
    const server = await startServer(t, { usesStoredGateways: true })
    const description = { kind: 'smtp', host: '127.0.0.1', security: 'none', from: 'no-reply@example.com' }
    await setGateway(server, 'mail', { ...description, port: mail.port })
    await sendTo(server, 'li@example.com')
    isHolding = true
    const underWay = sendTo(server, 'wang@example.com')
    await arrived.promise
    expect(mail.connections()).toBe(1)

    await setGateway(server, 'mail', { ...description, port: replacement.port })
    expect(await sendTo(server, 'zhao@example.com')).toBe('OK')
    expect(replacement.received).toHaveLength(1)

    accept.resolve()
    expect(await underWay).toBe('OK')
    await closed.promise
    expect(mail.connections()).toBe(1)
  })

  test('that is lent stays open while somebody has it, even if he has not begun to send', async (t) => {
    const mail = await startMailServer()
    const server = await startServer(t)
    const { db, vault } = server.deployment
    const log = openLog('silent', process.stderr)
    const gateways = openGateways({ db, vault, clock: server.clock, log })
    const description = {
      kind: 'smtp',
      host: '127.0.0.1',
      port: mail.port,
      security: 'none',
      from: 'a@example.com',
    }
    await setGateway(server, 'mail', description)

    const lent = await gateways.use(async ([old]) => {
      await setGateway(server, 'mail', { ...description, from: 'b@example.com' })
      await gateways.use(async ([current]) => expect(current?.gateway).not.toBe(old?.gateway))
      expect(await old?.gateway.send(codeEmail())).toEqual(SENT)
      return old
    })

    expect(await lent?.gateway.send(codeEmail())).toEqual({ result: 'failed', because: 'closed' })
    await gateways.use(async ([current]) => expect(await current?.gateway.send(codeEmail())).toEqual(SENT))
    expect(mail.received.map(({ envelope }) => envelope.from)).toEqual(['a@example.com', 'b@example.com'])
    await gateways.close()
  })

  test('that is removed is not used, and its channel is not offered', async (t) => {
    const server = await startServer(t, { usesStoredGateways: true, connection: { hasPhoneButton: false } })
    const carrier = await startCarrier(t)
    await setGateway(server, 'carrier', carrier.description)
    const signIn = await server.miniProgram().openSignIn('alice')
    expect((await signIn.look()).body).toMatchObject({ next: { steps: [{ step: 'VERIFY_PHONE' }] } })

    const { db } = server.deployment
    expect(await inTransaction(db, (tx) => removeGateway(tx, 'carrier'))).toBe(true)
    expect(await inTransaction(db, (tx) => removeGateway(tx, 'carrier'))).toBe(false)

    expect((await signIn.look()).body).toMatchObject({ next: { steps: [] } })
    expect(await sendTo(server, LI)).toBe(REFUSED)
    expect(carrier.messages).toEqual([])
  })

  test('is listed as it was described; its secrets are stored sealed, for its own row', async (t) => {
    const server = await startServer(t, { usesStoredGateways: true })
    const { db, vault } = server.deployment
    const sms = { ...(await startCarrier(t)).description, price: '0.045 CNY', area_codes: ['86'] }
    const mail = {
      kind: 'smtp',
      host: 'mail.example.com',
      user: 'li',
      password: 's3cret-of-the-mail-server',
      from: 'no-reply@example.com',
    }
    await setGateway(server, 'sms', sms, 2)
    await setGateway(server, 'mail', mail, 1)

    expect(await listGateways(db, vault)).toEqual([
      { name: 'mail', rank: 1, description: mail },
      { name: 'sms', rank: 2, description: sms },
    ])
    const rows = await db.selectFrom('gateway').selectAll().orderBy('rank').execute()
    expect(JSON.stringify(rows)).not.toMatch(/s3cret|whsec_|BQUFBQUF/)
    expect(JSON.parse(rows[0]?.settings ?? '')).toEqual({
      host: 'mail.example.com',
      user: 'li',
      from: 'no-reply@example.com',
    })

    const stolen = rows[1]?.secrets_sealed ?? ''
    await db.updateTable('gateway').set({ secrets_sealed: stolen }).where('name', '=', 'mail').execute()
    expect(await listGateways(db, vault)).toMatchObject([
      { name: 'mail', description: undefined },
      { name: 'sms' },
    ])
  })

  test('that cannot be used is left out and told of once; the others go on', async (t) => {
    const server = await startServer(t, { usesStoredGateways: true })
    const { db, vault } = server.deployment
    const carrier = await startCarrier(t)
    await setGateway(server, 'good', carrier.description, 9)
    for (const name of ['other key', 'other form', 'newer kind']) {
      await setGateway(server, name, carrier.description)
    }
    const change = (name: string, to: { kind?: string; settings?: string; secrets_sealed?: string }) =>
      db.updateTable('gateway').set(to).where('name', '=', name).execute()
    await change('other key', { secrets_sealed: vault.seal('gateway elsewhere', '{}') })
    await change('other form', { secrets_sealed: vault.seal('gateway other form', '{"secret":"s3cret"}') })
    await change('newer kind', { kind: 'pigeon' })

    expect([await sendTo(server, LI), await sendTo(server, WANG)]).toEqual(['OK', 'OK'])

    const errors = server.logLines.filter((line) => line.includes('a gateway is left out'))
    const told = errors.map((line) => JSON.parse(line) as { gateway: string; because: string })
    expect(told.map(({ gateway, because }) => `${gateway}: ${because}`).toSorted()).toEqual([
      'newer kind: this version knows no such kind',
      'other form: The secret of the SMS gateway must be whsec_ and 24 to 64 random bytes in base64',
      'other key: they cannot be read',
    ])
    expect(errors.join('')).not.toContain('s3cret')
  })

  test('is refused when it is written wrong, in words and without showing its secret', async (t) => {
    const server = await startServer(t, { usesStoredGateways: true })
    const { db, vault } = server.deployment
    const { description } = await startCarrier(t)
    const wrongs: [Record<string, unknown>, string][] = [
      [{ kind: 'pigeon' }, 'kind'],
      [{ ...description, url: 'http://sms.example.com' }, 'danger_plaintext'],
      [{ ...description, secret: 's3cret' }, 'whsec_ and 24 to 64 random bytes'],
      [{ ...description, secrets: 's3cret' }, 'secrets'],
      [{ ...description, price: '0,045 CNY' }, 'such as \\"0.045 CNY\\"'],
      [{ ...description, area_codes: ['+86'] }, 'without a plus'],
      [{ ...description, area_codes: [86] }, 'write it in quotes'],
      [{ ...description, area_codes: [] }, 'at least one'],
      [{ kind: 'smtp', host: 'smtp://x', from: 'a@example.com' }, 'without smtp://'],
      [{ kind: 'smtp', host: 'x', from: 'a' }, 'from address'],
      [{ kind: 'smtp', host: 'x', from: 'a@example.com', password: 's3cret' }, 'a user without a password'],
      [{ kind: 'smtp', host: 'x', from: 'a@example.com', area_codes: ['86'] }, 'area_codes'],
    ]
    for (const [wrong, says] of wrongs) {
      const saving = inTransaction(db, (tx) => saveGateway(tx, vault, 'wrong', wrong, 0))
      await expect(saving).rejects.toThrow(says)
      await expect(saving).rejects.not.toThrow('s3cret')
    }
    expect(await server.count('gateway')).toBe(0)
  })
})
