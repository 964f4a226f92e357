import { afterAll, describe, expect, test } from 'vitest'
import { chromiumPath, closeBrowser, expectAccessible } from '../testing/chromium.ts'
import { desktop, openDevPage, phone, proveAddress } from '../testing/dev-page.ts'

const inEnglish = { ...desktop, locale: 'en-GB' } as const
const inChinese = { ...phone, locale: 'zh-CN' } as const

afterAll(closeBrowser)

describe.skipIf(chromiumPath === undefined)(
  'ways in without WeChat on the page at /dev, in Chromium (skipped where there is none)',
  () => {
    test.for([
      { ...inEnglish, why: 'WeChat had no part in it', closed: 'registration is not open' },
      { ...inChinese, why: '微信没有参与', closed: '不支持注册' },
    ] as const)(
      'a code to an address signs in who has verified it, and nobody else: $width wide, $locale',
      async ({ why, closed, ...options }, t) => {
        const { server, page } = await openDevPage(t, options)
        await page.locator('#other-ways').click()
        await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('screen-title')
        await expectAccessible(page)
        await proveAddress(page, '13800138000')
        await page.locator('#code-refused').getByText(closed).waitFor()
        await expectAccessible(page)

        await page.locator('#kind-email').check()
        await proveAddress(page, 'zhangsan@qq.com')
        await page.locator('#why').getByText(why).waitFor()
        await page.locator('#phone').getByText('+86-11012345678').first().waitFor()
        expect(await server.count('identity')).toBe(0)
        expect(await page.locator('#again').count()).toBe(0)
        await expectAccessible(page)

        await page.locator('#sign-out').click()
        await page.locator('#sign-in').waitFor()
        expect(await server.count('user')).toBe(1)
      },
    )

    test('a wrong code is refused where it was typed, and the way back leads to WeChat', async (t) => {
      const { page } = await openDevPage(t, inEnglish)
      await page.locator('#other-ways').click()
      await page.locator('#send-code').click()
      await page.locator('#code').fill('000000')
      await page.locator('#confirm').click()
      await page.locator('#code-refused').getByText('Incorrect verification code').waitFor()

      await page.locator('#start-again').click()
      await page.locator('#sign-in').waitFor()
      expect(await page.locator('#phone [role=alert]').count()).toBe(0)
    })
  },
)
