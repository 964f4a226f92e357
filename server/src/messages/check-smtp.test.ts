import { expect, test } from 'vitest'
import { startMailServer, TEST_CERTIFICATE } from '../testing/mail-server.ts'
import { findClosedPort, startOutsideSocket } from '../testing/outside-server.ts'
import { openSmtpGateway } from './smtp-gateway.ts'
import { smtpSettings } from './smtp-settings.ts'

const PASSWORD = 'the-password-that-nothing-shows'

async function codesOf(port: number, differences: object = {}) {
  const settings = smtpSettings.parse({
    host: 'localhost',
    port,
    from: 'no-reply@example.com',
    certificate_authority: TEST_CERTIFICATE,
    ...differences,
  })
  const findings = (await openSmtpGateway(settings).check?.()) ?? []
  expect(JSON.stringify(findings)).not.toContain(PASSWORD)
  return findings.map(({ definition, values }) => [definition.code, ...values].join(' '))
}

const LOGIN = { user: 'mailer', password: PASSWORD }

test('a mail server is signed in to, and gets no mail', async () => {
  const server = await startMailServer({
    onAuth: ({ password }, _, done) =>
      password === PASSWORD
        ? done(null, { user: 'mailer' })
        : done(Object.assign(new Error(`no: ${String(password)}`), { responseCode: 535 })),
  })

  expect(await codesOf(server.port, LOGIN)).toEqual(['gateway.mail_server_takes_login'])
  expect(await codesOf(server.port, { ...LOGIN, password: 'wrong' })).toEqual([
    'gateway.mail_login_refused 535',
  ])
  expect(await codesOf(server.port)).toEqual(['gateway.mail_server_answers'])
  expect(server.received).toEqual([])
})

test('a certificate that nobody trusts, and a server that does not encrypt', async () => {
  const server = await startMailServer()
  const plain = await startMailServer({ disabledCommands: ['STARTTLS'] })

  const [untrusted] = await codesOf(server.port, { certificate_authority: undefined })
  expect(untrusted).toMatch(/^gateway\.mail_not_encrypted [A-Z_]+$/)
  expect(await codesOf(plain.port)).toEqual(['gateway.mail_not_encrypted ETLS'])
})

test('nobody there, or nobody who says a word', async (t) => {
  const silent = await startOutsideSocket(t, () => {})
  const [closed, slow] = await Promise.all([
    codesOf(Number((await findClosedPort()).port)),
    codesOf(Number(silent.url.port)),
  ])

  expect(closed).toEqual([expect.stringMatching(/^gateway\.not_reachable E[A-Z]+$/)])
  expect(slow).toEqual([expect.stringMatching(/^gateway\.not_reachable (?:timeout|ETIMEDOUT)$/)])
})

test('a server that turns this machine away', async (t) => {
  const refusing = await startOutsideSocket(t, (socket) => socket.end('554 5.7.1 not you\r\n'))

  expect(await codesOf(Number(refusing.url.port))).toEqual(['gateway.mail_server_refuses 554'])
})
