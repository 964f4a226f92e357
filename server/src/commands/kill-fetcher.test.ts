import { expect, test } from 'vitest'
import { openMiniProgram } from '../testing/mini-program.ts'
import { startPhoneWeChat } from '../testing/phone-wechat.ts'
import { prepareProduction } from '../testing/production.ts'
import { startProcess } from '../testing/server-process.ts'
import { BIND_CLIENT_ID } from '../testing/server.ts'
import { slowness } from '../testing/slowness.ts'

const LI = '13800138000'

test('killed while it fetches WeChat’s access token, the server is in nobody’s way for longer than three seconds', async (t) => {
  const production = await prepareProduction(t, [LI])
  const silent = await startPhoneWeChat(t, { token: () => {} })
  const environment = { ...production.options.environment, LIGATURE_WECHAT_API: silent.url.href }
  const killed = await startProcess(t, production.args, { environment })
  const unanswered = openMiniProgram(killed.url, { clientId: BIND_CLIENT_ID })
    .loginByPhone('code')
    .catch(() => undefined)
  await expect.poll(() => silent.tokenCalls, { interval: 5, timeout: 5_000 }).toBe(1)
  await killed.kill('SIGKILL')
  const killedAt = performance.now()
  await unanswered

  const server = await startProcess(t, production.args, production.options)
  const program = openMiniProgram(server.url, { clientId: BIND_CLIENT_ID })
  await expect
    .poll(() => program.loginByPhone(`mock:li?phone=${LI}`), { interval: 50, timeout: 10_000 })
    .toMatchObject({ outcome: 'SUCCESS' })

  const readyAt = killedAt + server.readyAfterMs
  expect(performance.now() - readyAt).toBeLessThan(3_000 + 1_000 * slowness)
  expect(server.stderr()).not.toContain('"level":50')
})
