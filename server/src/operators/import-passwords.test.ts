import { expect, test } from 'vitest'
import { startServer } from '../testing/server.ts'
import { GOOD, logIn } from '../testing/passwords.ts'
import { importUsers } from './import-users.ts'

async function* fileOf(...lines: readonly unknown[]): AsyncGenerator<string> {
  for (const line of lines) yield JSON.stringify(line)
}

const BCRYPT = '$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'

test('an imported password signs its user in, and is ours from then on', async (t) => {
  const server = await startServer(t)
  const { db } = server.deployment
  const lines = fileOf({ user_name: 'li', password: { hash: BCRYPT } })
  expect(await importUsers(server.deployment, lines, server.clock.now())).toMatchObject({ imported: 1 })
  const program = server.miniProgram()
  const kinds = () => db.selectFrom('password').select('kind').where('user_id', '!=', '').execute()
  const before = await kinds()

  expect(await logIn(program, 'U*V')).toMatchObject({ outcome: 'IDAAS.SDK.LOGIN.0002' })
  expect(await kinds()).toEqual(before)
  const replies = await Promise.all([logIn(program, 'U*U'), logIn(program, 'U*U')])
  expect(replies.map(({ outcome }) => outcome)).toEqual(['SUCCESS', 'SUCCESS'])

  expect(await kinds()).toContainEqual({ kind: 'own' })
  expect(await logIn(program, 'U*U')).toMatchObject({ outcome: 'SUCCESS' })
})

test('a hash that costs too much, or is none, is refused with its line and never shown', async (t) => {
  const server = await startServer(t)
  const dear = BCRYPT.replace('$05$', '$31$')
  const lines = fileOf(
    { user_name: 'dear', password: { hash: dear } },
    { user_name: 'plain', password: { hash: GOOD } },
    { user_name: 'text', password: GOOD },
  )

  const report = await importUsers(server.deployment, lines, server.clock.now())

  expect(report).toMatchObject({
    imported: 0,
    refused: [
      { line: 1, reason: 'password.hash: has a bcrypt cost outside 4 to 13' },
      { line: 2, reason: 'password.hash: is not a bcrypt, Argon2, scrypt or PBKDF2 hash in a known form' },
      { line: 3 },
    ],
  })
  expect(JSON.stringify(report)).not.toContain(GOOD)
})
