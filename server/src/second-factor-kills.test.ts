import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDeployment } from './deployment.ts'
import { inTransaction } from './platform/db/index.ts'
import { systemClock } from './platform/clock.ts'
import { isLongRun } from './testing/how-long.ts'
import { openMiniProgram } from './testing/mini-program.ts'
import { pendingFactor, wantSecondFactor } from './testing/second-factor.ts'
import { BIND_CLIENT_ID } from './testing/server.ts'
import { type ProcessOptions, startProcess } from './testing/server-process.ts'
import { makeTestData } from './testing/test-data.ts'
import { createUser, parseEmail, parseMobile } from './users/index.ts'
import { setTestAddress } from './verifications/index.ts'

const KILLED_AT_STATEMENT = join(import.meta.dirname, 'testing/killed-at-statement.ts')
const NEVER = 1_000_000
const CODE = '232326'
/** In a normal run in front of every fourth statement. */
const STEP = isLongRun ? 1 : 4

test(
  'killed in front of any statement of the second factor of a bind, the server has bound all or nothing',
  { timeout: 600_000 },
  async (t) => {
    const data = await makeTestData()
    t.onTestFinished(() => data.remove())
    const killedAt = (statement: number): ProcessOptions => ({
      preload: KILLED_AT_STATEMENT,
      environment: {
        ...data.process.environment,
        LIGATURE_TEST_KILLED_AT_STATEMENT: String(NEVER),
        LIGATURE_TEST_KILLED_AFTER_SIGNAL: String(statement),
      },
    })
    let server = await startProcess(t, ['dev', '--log', 'silent'], killedAt(1))
    const deployment = await openDeployment(data.settings, 'development', systemClock.now())
    t.onTestFinished(deployment.close)
    await wantSecondFactor({ deployment })

    async function addUser(number: number) {
      const { db, vault } = deployment
      const mobile = `138${String(number).padStart(8, '0')}`
      const email = `person${number}@example.com`
      const own = [await parseMobile(mobile), parseEmail(email)]
      const addresses = own.map((address) => ({ address, isVerified: true }))
      const user = await inTransaction(db, (tx) => createUser(tx, vault, { addresses }, systemClock.now()))
      if (typeof user === 'string') throw new Error(user)
      for (const address of own) await setTestAddress(db, vault, address, CODE)
      return { id: user.id, mobile, email }
    }

    async function ownedBy(userId: string) {
      const { db } = deployment
      const rows = (table: 'identity' | 'session') =>
        db.selectFrom(table).select('id').where('user_id', '=', userId).execute()
      const completed = await db
        .selectFrom('sign_in')
        .select('id')
        .where('user_id', '=', userId)
        .where('completed_at', 'is not', null)
        .execute()
      return {
        identities: (await rows('identity')).length,
        sessions: (await rows('session')).length,
        completed: completed.length,
      }
    }
    const NOTHING = { identities: 0, sessions: 0, completed: 0 }
    const ALL = { identities: 1, sessions: 1, completed: 1 }

    let kills = 0
    for (let statement = 1, isKilled = true; isKilled; statement += STEP) {
      const program = openMiniProgram(server.url, { clientId: BIND_CLIENT_ID })
      const { id, mobile, email } = await addUser(statement)
      const person = `person${statement}`
      const signIn = await program.openSignIn(person)
      await signIn.send(mobile)
      const pending = pendingFactor(program, await signIn.bind(mobile, CODE))
      await program.send(email, 'MFA_AUTH_EMS', pending.stateToken)
      expect(await ownedBy(id)).toEqual(NOTHING)

      process.kill(server.pid, 'SIGUSR2')
      await expect.poll(() => server.stderr(), { interval: 5 }).toContain('counting\n')
      const shown = { headers: pending.headers, body: { email, verify_code: CODE } }
      const answered = await program.call('mfa/email', shown).catch(() => undefined)
      isKilled = answered === undefined
      if (answered !== undefined) expect(answered).toMatchObject({ outcome: 'SUCCESS' })

      await server.kill('SIGKILL')
      server = await startProcess(t, ['dev', '--log', 'silent'], killedAt(statement + STEP))
      const after = await ownedBy(id)
      if (isKilled) {
        kills += 1
        expect([NOTHING, ALL]).toContainEqual(after)
      } else expect(after).toEqual(ALL)
      const again = openMiniProgram(server.url, { clientId: BIND_CLIENT_ID })
      if (after.completed === 0) {
        expect(await again.call('mfa/email', shown)).toMatchObject({ outcome: 'SUCCESS' })
        expect(await ownedBy(id)).toEqual(ALL)
      }
      expect(await again.login(person)).toMatchObject({ outcome: 'MFA_AUTH' })
    }
    process.stdout.write(`the second factor of a bind: killed in front of ${kills} of its statements\n`)
    expect(kills).toBeGreaterThan(24 / STEP)
  },
)
