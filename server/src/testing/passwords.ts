import {
  importPassword,
  openPasswordHashing,
  type PasswordHashing,
  passwordPolicy,
} from '../credentials/index.ts'
import { demoUser } from '../development/demo.ts'
import { inTransaction } from '../platform/db/index.ts'
import { savePolicy } from '../platform/policy/index.ts'
import type { MiniProgram, Reply } from './mini-program.ts'
import type { TestServer, TestUser } from './server.ts'
import type { User } from '../users/index.ts'

export const GOOD = 'Tangerine-7-Sky'
export const BETTER = 'Marmalade-9-Sea'

/** Of `GOOD`, at a price that a test does not feel. */
export const HASH_OF_GOOD =
  '$argon2id$v=19$m=64,t=1,p=1$C1GBjek6LwFTXMN3cDkVGg$pcJ1iMcWYHrkLdgherKsb3G24DN+w/As5ZVBa2iiVKQ'

/** A user who has the password `GOOD` since the beginning of the test. */
export async function addUserWithPassword(
  server: TestServer,
  user: TestUser = {},
  hash = HASH_OF_GOOD,
): Promise<User> {
  const created = await server.addUser({ userName: 'li', ...user })
  const { db, vault } = server.deployment
  await inTransaction(db, (tx) => importPassword(tx, vault, created.id, hash, server.clock.now()))
  return created
}

export function logIn(program: MiniProgram, password: string, userName = 'li'): Promise<Reply> {
  return program.call('login', { body: { user_name: userName, password } })
}

/** The hashing that a server has, which counts what it does. */
export function countedHashing(hashing = openPasswordHashing()): PasswordHashing & { count(): number } {
  let count = 0
  return {
    count: () => count,
    withPlace: (act) =>
      hashing.withPlace((turn) =>
        act((work) => {
          count += 1
          return turn(work)
        }),
      ),
  }
}

/** Has the demo user change his password, so that there is also one that he had before. */
export async function changeDemoPassword(server: TestServer): Promise<void> {
  await savePolicy(server.deployment.db, passwordPolicy, { history: 2 })
  const program = server.miniProgram()
  const login = await logIn(program, demoUser.password, demoUser.userName)
  const reply = await program.call('pwd/change', {
    headers: { Authorization: `Bearer ${String(login.body['id_token'])}` },
    body: { old_password: demoUser.password, new_password: GOOD },
  })
  if (reply.outcome !== 'OK') throw new Error(`the password was not changed: ${reply.text}`)
}
