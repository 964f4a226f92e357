import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test, type TestContext } from 'vitest'
import { chromiumPath, closeBrowser, expectAccessible, type PageOptions } from '../testing/chromium.ts'
import { desktop, openDevPage, phone, proveAddress } from '../testing/dev-page.ts'
import { codeAt, STEP, wrongCode } from '../testing/factors.ts'
import { setAccess, wantSecondFactor } from '../testing/second-factor.ts'
import type { TestServer } from '../testing/server.ts'
import { demoUser } from './demo.ts'

const inEnglish = { ...desktop, locale: 'en-GB' } as const
const inChinese = { ...phone, locale: 'zh-CN' } as const
const TEN_MINUTES_MS = 10 * 60_000

afterAll(closeBrowser)

function hasFocus(page: Page, id: string): Promise<unknown> {
  return expect.poll(() => page.evaluate('document.activeElement.id')).toBe(id)
}

/** By the password, which is the first factor. */
async function showPassword(page: Page): Promise<void> {
  await page.locator('#other-ways').click()
  await page.locator('#kind-password').check()
  await page.locator('#confirm').click()
}

/** As somebody who has neither rule nor second factor. */
async function openFactors(page: Page): Promise<void> {
  await showPassword(page)
  await page.locator('#tab-account').check()
  await page.locator('#open-factors').click()
}

/** What stands beside the picture, without the spaces that are there for people. */
async function secretOn(page: Page): Promise<string> {
  return (await page.locator('#totp-secret').innerText()).replaceAll(/\s/g, '')
}

async function typeCode(page: Page, code: string): Promise<void> {
  await page.locator('#code').fill(code)
  await page.locator('#confirm').click()
}

/** Sets an authenticator app up on the account page, and keeps what comes with it. */
async function setUpApp(t: TestContext, options: PageOptions) {
  const { server, page } = await openDevPage(t, options)
  await openFactors(page)
  await page.locator('#open-totp').click()
  const secret = await secretOn(page)
  await expectAccessible(page)
  await typeCode(page, codeAt(secret, server.clock.now()))
  await page.locator('#codes-kept').waitFor()
  await hasFocus(page, 'screen-title')
  await expectAccessible(page)
  const recoveryCodes = await page.locator('.recovery-codes code').allInnerTexts()
  await page.locator('#codes-kept').click()
  server.clock.advance(STEP)
  return { server, page, secret, recoveryCodes, code: () => codeAt(secret, server.clock.now()) }
}

async function signOutAndIn(page: Page): Promise<void> {
  await page.locator('#back').click()
  await page.locator('#sign-out').click()
  await showPassword(page)
}

function trusted(server: TestServer): Promise<number> {
  return server.count('trusted_device')
}

describe.skipIf(chromiumPath === undefined)(
  'the second factor on the page at /dev, in Chromium (skipped where there is none)',
  () => {
    test.for([
      { ...inEnglish, title: 'Second factor', why: 'Two factors' },
      { ...inChinese, title: '二次认证', why: '两种验证' },
    ] as const)(
      'a code to the number on file is one, and the device is trusted from then on: $width wide, $locale',
      async ({ title, why, ...options }, t) => {
        const { server, page } = await openDevPage(t, options)
        const rule = { name: 'new devices', when: { new_device: true }, result: 'second_factor' } as const
        await setAccess(server, { rules: [rule] })
        await showPassword(page)
        await page.locator('#trust-device').waitFor()
        await page.locator('#screen-title').getByText(title).waitFor()
        await hasFocus(page, 'screen-title')
        await expect.poll(() => page.locator('#address').inputValue()).toContain(demoUser.mobile)
        await expectAccessible(page)

        await page.locator('#send-code').click()
        await page.locator('#use-code').click()
        await page.locator('#trust-device').check()
        await page.locator('#confirm').click()
        await page.locator('#why').getByText(why).waitFor()
        expect(await trusted(server)).toBe(1)

        await page.locator('#sign-out').click()
        await showPassword(page)
        await page.locator('#sign-out').waitFor()
        await page.locator('#log').getByText('X-device-token').waitFor()

        await page.locator('#tab-account').check()
        await page.locator('#open-devices').click()
        await expect.poll(() => page.locator('.accounts li').count()).toBe(1)
        await expectAccessible(page)
        await page.locator('.accounts').getByRole('button').click()
        await page.locator('#notice').waitFor()
        await page.locator('#no-devices').waitFor()
        await expectAccessible(page)
        await page.locator('#back').click()
        await hasFocus(page, 'open-devices')
        await page.locator('#sign-out').click()
        await showPassword(page)
        await page.locator('#trust-device').waitFor()
        expect(await trusted(server)).toBe(0)
      },
    )

    test('a code to the email on file is one, after the other factor was a code to the number', async (t) => {
      const { server, page } = await openDevPage(t, inEnglish)
      await wantSecondFactor(server)
      await page.locator('#other-ways').click()
      await proveAddress(page, demoUser.mobile)
      await page.locator('#trust-device').waitFor()
      await page.locator('#phone').getByText('On file').waitFor()
      await expectAccessible(page)
      await proveAddress(page, demoUser.email)
      await page.locator('#sign-out').waitFor()
      expect(await trusted(server)).toBe(0)
    })

    test.for([
      { ...inEnglish, added: 'from now on', left: '9 left' },
      { ...inChinese, added: '今后登录', left: '还剩 9 个' },
    ] as const)(
      'an authenticator app is set up, asked for, and replaced by a recovery code: $width wide, $locale',
      async ({ added, left, ...options }, t) => {
        const { page, secret, server, recoveryCodes, code } = await setUpApp(t, options)
        expect(new Set(recoveryCodes).size).toBe(10)
        await page.locator('#notice').getByText(added).waitFor()
        await expectAccessible(page)

        await signOutAndIn(page)
        await page.locator('#kind-recovery-code').waitFor()
        await hasFocus(page, 'screen-title')
        expect(await page.locator('#kind-totp').isChecked()).toBe(true)
        await expectAccessible(page)
        await page.locator('#confirm').click()
        await page.locator('#code-missing').waitFor()
        await typeCode(page, wrongCode(secret, server.clock.now()))
        await page.locator('#code-refused').getByText('IDAAS.SDK.MFA.9201').waitFor()
        await hasFocus(page, 'code')
        await expectAccessible(page)
        await typeCode(page, code())
        await page.locator('#sign-out').click()

        await showPassword(page)
        await page.locator('#kind-recovery-code').check()
        await expectAccessible(page)
        await typeCode(page, recoveryCodes[0] ?? '')
        await page.locator('#tab-account').check()
        await page.locator('#open-factors').click()
        await page.locator('.factor').getByText(left).waitFor()

        await page.locator('#make-codes').click()
        await page.locator('#codes-kept').waitFor()
        expect(await page.locator('.recovery-codes code').allInnerTexts()).not.toContain(recoveryCodes[1])
        await page.locator('#codes-kept').click()
        await page.locator('#remove-totp').click()
        await page.locator('#notice').waitFor()
        await page.locator('#open-totp').waitFor()
        expect(await page.locator('#make-codes').count()).toBe(0)
      },
    )

    test('whoever has none and is asked for one sets it up on the way in', async (t) => {
      const { server, page } = await openDevPage(t, inChinese)
      await wantSecondFactor(server)
      await server.addUser({ mobile: '13800138000' })
      await page.locator('#other-ways').click()
      await proveAddress(page, '13800138000')
      await page.locator('#begin-totp').waitFor()
      await hasFocus(page, 'screen-title')
      await expectAccessible(page)
      await page.locator('#begin-totp').click()
      const secret = await secretOn(page)
      await expectAccessible(page)

      // As if somebody at another device had been faster.
      await server.deployment.db.deleteFrom('totp').execute()
      await typeCode(page, codeAt(secret, server.clock.now()))
      await page.locator('#begin-totp').waitFor()
      await page.locator('#code-refused').getByText('IDAAS.SDK.MFA.9204').waitFor()
      await expectAccessible(page)
      await page.locator('#begin-totp').click()
      const another = await secretOn(page)
      expect(another).not.toBe(secret)
      await typeCode(page, codeAt(another, server.clock.now()))
      await page.locator('#codes-kept').click()
      await page.locator('#sign-out').waitFor()
      expect(await page.locator('#phone [role=alert]').count()).toBe(0)
    })

    test.for([
      { ...inEnglish, says: 'began without your second factor' },
      { ...inChinese, says: '没有经过二次认证' },
    ] as const)(
      'a session of one factor may not change the second one, and the page says how it may: $width wide, $locale',
      async ({ says, ...options }, t) => {
        const { page, code } = await setUpApp(t, options)
        await page.locator('#remove-totp').click()
        await page.locator('#page-refused').getByText(says).waitFor()
        await expectAccessible(page)

        await page.locator('#sign-in-again').click()
        await page.locator('#kind-password').check()
        await page.locator('#confirm').click()
        await page.locator('#kind-recovery-code').waitFor()
        await typeCode(page, code())
        await page.locator('#tab-account').check()
        await page.locator('#open-factors').click()
        await page.locator('#remove-totp').click()
        await page.locator('#open-totp').waitFor()
        expect(await page.locator('#phone [role=alert]').count()).toBe(0)
      },
    )

    test('a session of eleven minutes ago may not either, and a trusted device still shows the second factor', async (t) => {
      const { server, page, code } = await setUpApp(t, inEnglish)
      await signOutAndIn(page)
      await page.locator('#trust-device').check()
      await typeCode(page, code())
      await page.locator('#tab-account').check()
      await page.locator('#open-factors').click()
      const later = TEN_MINUTES_MS + 60_000
      server.clock.advance(later)
      await page.clock.setFixedTime(Date.now() + later)
      await page.locator('#make-codes').click()
      await page.locator('#page-refused').getByText('IDAAS.SDK.ACCOUNT.9102').waitFor()
      await page.locator('#sign-in-again').click()
      await page.locator('#kind-password').check()
      await page.locator('#confirm').click()
      await page.locator('#kind-recovery-code').waitFor()
      await typeCode(page, code())
      await page.locator('#tab-account').check()
      await page.locator('#open-factors').click()
      await page.locator('#make-codes').click()
      await page.locator('#codes-kept').waitFor()
      expect(await page.locator('.recovery-codes code').count()).toBe(10)
    })
  },
)
