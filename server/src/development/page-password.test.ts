import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test, type TestContext } from 'vitest'
import { passwordPolicy } from '../credentials/index.ts'
import { savePolicy } from '../platform/policy/index.ts'
import { registration } from '../sign-in/index.ts'
import { chromiumPath, closeBrowser, expectAccessible, type PageOptions } from '../testing/chromium.ts'
import { bindZhangsan, desktop, openDevPage, phone, proveAddress } from '../testing/dev-page.ts'
import { BETTER } from '../testing/passwords.ts'
import { demoUser } from './demo.ts'

const inEnglish = { ...desktop, locale: 'en-GB' } as const
const inChinese = { ...phone, locale: 'zh-CN' } as const
const DAY_MS = 24 * 60 * 60 * 1000

afterAll(closeBrowser)

function hasFocus(page: Page, id: string): Promise<unknown> {
  return expect.poll(() => page.evaluate('document.activeElement.id')).toBe(id)
}

/** The demo user's own password stands in the field already. */
async function showPassword(page: Page, password?: string): Promise<void> {
  await page.locator('#kind-password').check()
  if (password !== undefined) await page.locator('#password').fill(password)
  await page.locator('#confirm').click()
}

/** The page of a server where passwords expire after 30 days and warn for 7, so many days after the first start. */
async function openAged(t: TestContext, options: PageOptions, days: number): Promise<Page> {
  const { server, page } = await openDevPage(t, options)
  await savePolicy(server.deployment.db, passwordPolicy, { expire_after: '30 days', warn_before: '7 days' })
  server.clock.advance(days * DAY_MS)
  await page.locator('#other-ways').click()
  await showPassword(page)
  return page
}

describe.skipIf(chromiumPath === undefined)(
  'passwords on the page at /dev, in Chromium (skipped where there is none)',
  () => {
    test.for([
      { ...inEnglish, left: 'Remaining login attempts', why: 'The password was enough' },
      { ...inChinese, left: '剩余登录尝试次数', why: '凭密码登录' },
    ] as const)(
      'a password signs in, and a wrong one is counted: $width wide, $locale',
      async ({ left, why, ...options }, t) => {
        const { page } = await openDevPage(t, options)
        await page.locator('#other-ways').click()
        await page.locator('#kind-password').check()
        await expectAccessible(page)
        await showPassword(page, '')
        await page.locator('#password-missing').waitFor()
        await showPassword(page, 'wrong')
        await page.locator('#password-refused').getByText(left).waitFor()
        await hasFocus(page, 'password')
        await expectAccessible(page)

        await showPassword(page, demoUser.password)
        await page.locator('#why').getByText(why).waitFor()
        await page.locator('#user-name').getByText('zhangsan').waitFor()
        await expectAccessible(page)
      },
    )

    test('a password that is getting old is changed later', async (t) => {
      const page = await openAged(t, inEnglish, 25)
      await page.locator('#later').waitFor()
      await hasFocus(page, 'screen-title')
      await page.locator('#phone').getByText('8 to 50 characters').waitFor()
      await expectAccessible(page)
      await page.locator('#later').click()
      await page.locator('#sign-out').waitFor()
      await page.locator('#log').getByText('/api/v2/sdk/pwd/skip-update').first().waitFor()
    })

    test('an expired password is changed by the old one, and by nothing that is too short', async (t) => {
      const page = await openAged(t, inChinese, 31)
      await page.locator('#new-password').waitFor()
      expect(await page.locator('#later').count()).toBe(0)
      await expectAccessible(page)
      await page.locator('#password').fill(demoUser.password)
      await page.locator('#new-password').fill('short')
      await page.locator('#confirm').click()
      await page.locator('#new-password-refused').getByText('密码长度须为8到50个字符').waitFor()
      await hasFocus(page, 'new-password')
      await expectAccessible(page)

      await page.locator('#new-password').fill(BETTER)
      await page.locator('#confirm').click()
      await page.locator('#sign-out').waitFor()
    })

    test('an expired password is changed by a code', async (t) => {
      const page = await openAged(t, inEnglish, 31)
      // The screen before has such a choice as well.
      await page.locator('#new-password').waitFor()
      await page.locator('#kind-mobile').check()
      await page.locator('#phone').getByText('On file').waitFor()
      await proveAddress(page, '11012345678')
      await page.locator('#new-password-missing').waitFor()
      await hasFocus(page, 'new-password')
      await expectAccessible(page)
      await page.locator('#new-password').fill(BETTER)
      await page.locator('#confirm').click()
      await page.locator('#sign-out').waitFor()
      expect(await page.locator('#phone [role=alert]').count()).toBe(0)
    })

    test.for([inEnglish, inChinese])(
      'a forgotten password is set anew by a code, and signs in: $width wide, $locale',
      async (options, t) => {
        const { page } = await openDevPage(t, options)
        await page.locator('#other-ways').click()
        await page.locator('#door-forgot').click()
        await expectAccessible(page)
        await page.locator('#new-password').fill(BETTER)
        await proveAddress(page, '11012345678')
        await page.locator('#notice').waitFor()
        await expectAccessible(page)
        await showPassword(page, BETTER)
        await page.locator('#sign-out').waitFor()
      },
    )

    test.for([inEnglish, inChinese])(
      'a signed-in user changes his password, and his other sessions end: $width wide, $locale',
      async (options, t) => {
        const { server, page } = await openDevPage(t, options)
        await bindZhangsan(server, 'anna')
        await page.locator('#other-ways').click()
        await showPassword(page)
        await page.locator('#tab-account').check()
        await page.locator('#open-password').click()
        await expectAccessible(page)
        await page.locator('#password').fill('wrong')
        await page.locator('#new-password').fill(BETTER)
        await page.locator('#confirm').click()
        await page.locator('#password-refused').waitFor()
        await expectAccessible(page)
        await page.locator('#password').fill(demoUser.password)
        await page.locator('#confirm').click()
        await page.locator('#notice').waitFor()
        await hasFocus(page, 'open-password')

        await page.locator('#open-sessions').click()
        await expect.poll(() => page.locator('.accounts li').count()).toBe(1)
      },
    )

    test('whoever makes an account with a password signs in with it', async (t) => {
      const { server, page } = await openDevPage(t, inEnglish)
      await savePolicy(server.deployment.db, registration, { open: true })
      await page.locator('#other-ways').click()
      await page.locator('#door-create').click()
      await page.locator('#new-password').fill(BETTER)
      await proveAddress(page, '13800138000')
      await page.locator('#sign-out').click()
      await page.locator('#other-ways').click()
      await page.locator('#kind-password').check()
      await page.locator('#login-name').fill('13800138000')
      await showPassword(page, BETTER)
      await page.locator('#phone').getByText('+86-13800138000').first().waitFor()
      expect(await server.count('user')).toBe(2)
    })
  },
)
