import { describe, expect, test, type TestContext } from 'vitest'
import { noticeDeps } from './app.ts'
import { openLog } from './platform/log.ts'
import { startServer } from './testing/server.ts'
import { standingClock } from './testing/test-clock.ts'
import { makeTestData } from './testing/test-data.ts'
import { productionSendBudgets } from './verifications/index.ts'
import { fixedGateways, type Gateway, sendNotices, type SendOutcome } from './messages/index.ts'
import { failed, MINUTE, DAY, LI, LI_MAIL, mailThat, bindLi, noticesOf } from './testing/notices.ts'

describe('two instances on one store', () => {
  async function startTwoWithMail(t: TestContext) {
    const data = await makeTestData()
    const clock = standingClock()
    const mail = mailThat()
    const options = { data, clock, server: { gateways: mail.gateways } }
    const one = await startServer(t, options)
    const other = await startServer(t, options)
    t.onTestFinished(() => data.remove())
    await one.addUser({ mobile: LI, email: LI_MAIL })
    return { clock, one, other, ...mail }
  }

  test('send each notice once, twenty times', { timeout: 60_000 }, async (t) => {
    const { clock, one, other, mails, sms } = await startTwoWithMail(t)
    for (let round = 1; round <= 20; round++) {
      clock.advance(DAY)
      await bindLi(one, sms, `person${round}`)

      const taken = await Promise.all([one, other, one, other].map((each) => each.sendNotices()))

      expect(taken.reduce((all, each) => all + each)).toBe(1)
      expect(mails).toHaveLength(round)
    }
  })

  test('one killed after its claim: the other sends it when the claim has ended, and not before', async (t) => {
    const { clock, one, other, mails, sms } = await startTwoWithMail(t)
    await bindLi(one, sms)
    // As the claim of a process leaves it that is killed before it has asked the gateway.
    await one.deployment.db
      .updateTable('notice')
      .set({ tries: 1, due_at: clock.now() + MINUTE })
      .execute()

    clock.advance(MINUTE - 1)
    expect(await other.sendNotices()).toBe(0)
    clock.advance(1)
    expect(await other.sendNotices()).toBe(1)

    expect(mails).toHaveLength(1)
    expect(await noticesOf(other)).toMatchObject([{ result: 'sent', tries: 2 }])
  })

  test('one killed after the gateway took it: it goes out once more, under the same id', async (t) => {
    const { clock, one, other, mails, sms } = await startTwoWithMail(t)
    await bindLi(one, sms)
    await one.sendNotices()
    // As it stood before the statement that the killed process did not come to.
    await one.deployment.db
      .updateTable('notice')
      .set({ ended_at: null, result: null, due_at: clock.now() + MINUTE })
      .execute()

    clock.advance(MINUTE)
    await other.sendNotices()

    expect(mails.map(({ id }) => id)).toEqual([mails[0]?.id, mails[0]?.id])
    expect(other.logLines.filter((line) => line.includes('not on record'))).toEqual([])
  })

  test('one that comes back after its claim does not undo what the other has done', async (t) => {
    const { clock, one, other, mails, sms } = await startTwoWithMail(t)
    await bindLi(one, sms)
    const first = Promise.withResolvers<SendOutcome>()
    const asked = Promise.withResolvers<void>()
    const stuck: Gateway = {
      name: 'stuck',
      channel: 'email',
      send() {
        asked.resolve()
        return first.promise
      },
    }
    const log = openLog('json', { write: () => true })
    const options = { clock, log, gateways: fixedGateways([stuck]), sendBudgets: productionSendBudgets }
    const late = sendNotices(noticeDeps(one.deployment, options))
    await asked.promise
    clock.advance(MINUTE)
    await other.sendNotices()
    first.resolve(failed('much too late'))
    await late

    expect(mails).toHaveLength(1)
    expect(await noticesOf(other)).toMatchObject([{ result: 'sent', tries: 2 }])
    clock.advance(DAY)
    expect(await other.sendNotices()).toBe(0)
  })
})
