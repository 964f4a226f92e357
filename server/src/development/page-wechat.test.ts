import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { chromiumPath, closeBrowser, expectAccessible } from '../testing/chromium.ts'
import { bindZhangsan, desktop, openDevPage, phone, signInWithWeChat } from '../testing/dev-page.ts'

const inEnglish = { ...desktop, locale: 'en-GB' } as const
const inChinese = { ...phone, locale: 'zh-CN' } as const

afterAll(closeBrowser)

/** Gives the number when WeChat asks. */
async function allow(page: Page, opener: '#phone-button' | '#phone-login', number: string): Promise<void> {
  await page.locator(opener).click()
  await page.locator('#number').fill(number)
  await page.locator('#allow-number').click()
}

function hasFocus(page: Page, selector: string): Promise<unknown> {
  return expect
    .poll(() => page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`))
    .toBe(true)
}

describe.skipIf(chromiumPath === undefined)(
  'what WeChat does on the page at /dev, in Chromium (skipped where there is none)',
  () => {
    test.for([
      {
        ...inEnglish,
        why: 'both are told the same unionid',
        over: 'the session that this account opened is over',
      },
      { ...inChinese, why: '微信给出同一个 unionid', over: '由该账号建立的会话随之结束' },
    ] as const)(
      'one tap binds a person, the group knows him, and unbinding ends his session: $width wide, $locale',
      async ({ why, over, ...options }, t) => {
        const { server, page } = await openDevPage(t, options)
        await signInWithWeChat(page, 'alice')
        await page.locator('#phone-button').click()
        await hasFocus(page, '#number')
        await expectAccessible(page)
        await page.keyboard.press('Escape')
        await hasFocus(page, '#phone-button')
        await page.keyboard.press('Enter')
        await hasFocus(page, '#number')
        await page.keyboard.press('Enter')
        await page.locator('#sign-out').waitFor()
        expect(await server.count('identity')).toBe(1)
        expect(await server.count('verification')).toBe(0)

        await page.locator('#tab-accounts').check()
        await page.locator('#open-group').click()
        await page.locator('#why').getByText(why).waitFor()
        expect(await server.count('identity')).toBe(2)
        await expectAccessible(page)

        await page.locator('#tab-accounts').check()
        await page.locator('.accounts li').nth(1).waitFor()
        await expectAccessible(page)
        await page.locator('.accounts li', { hasText: 'Demo, same group' }).getByRole('button').click()
        await page.locator('#phone').getByText(over).waitFor()
        expect(await server.count('identity')).toBe(1)
        await expectAccessible(page)

        await page.locator('#sign-in').click()
        await page.locator('#phone-button').waitFor()
      },
    )

    test.for([
      { ...inEnglish, closed: 'makes no user', alone: 'for nothing else', goesOn: 'This session goes on' },
      { ...inChinese, closed: '不会新建用户', alone: '微信只证明了手机号', goesOn: '不受影响' },
    ] as const)(
      'a number alone signs in who has it, and makes nobody: $width wide, $locale',
      async ({ closed, alone, goesOn, ...options }, t) => {
        const { server, page } = await openDevPage(t, options)
        await bindZhangsan(server, 'bob')
        await allow(page, '#phone-login', '13800138000')
        await page.locator('#sign-in-refused').getByText(closed).waitFor()
        await hasFocus(page, '#phone-login')
        await expectAccessible(page)

        await allow(page, '#phone-login', '11012345678')
        await page.locator('#why').getByText(alone).waitFor()
        expect(await server.count('identity')).toBe(1)

        await page.locator('#tab-accounts').check()
        await page.locator('.accounts').getByRole('button').click()
        await page.locator('#phone').getByText(goesOn).waitFor()
        await hasFocus(page, '#tab-accounts')
        expect(await server.count('identity')).toBe(0)
        await expectAccessible(page)
      },
    )

    test('a number that is none stays in WeChat’s hands, and a new one registers its person', async (t) => {
      const { server, page } = await openDevPage(t, inEnglish)
      const users = await server.count('user')
      await page.locator('#application-register').check()
      await signInWithWeChat(page, 'carol')

      await allow(page, '#phone-button', ' ')
      await page.locator('#number-missing').waitFor()
      await page.locator('#number').fill('none')
      await page.locator('#allow-number').click()
      await page.locator('#number-refused').waitFor()
      await expectAccessible(page)
      await page.locator('#number').fill('13800138000')
      await page.locator('#allow-number').click()

      await page.locator('#phone').getByText('+86-13800138000').first().waitFor()
      expect(await server.count('user')).toBe(users + 1)
    })

    test('a number that is nobody’s binds nobody, and the sign-in goes on', async (t) => {
      const { server, page } = await openDevPage(t, inChinese)
      await signInWithWeChat(page, 'dave')
      await allow(page, '#phone-button', '13800138000')
      await page.locator('#phone-button-refused').getByText('IDAAS.SDK.LOGIN.9005').waitFor()
      expect(await server.count('identity')).toBe(0)
      await expectAccessible(page)

      await allow(page, '#phone-button', '11012345678')
      await page.locator('#sign-out').waitFor()
    })

    test('the last way in stays, and the page says why', async (t) => {
      const { server, page } = await openDevPage(t, inEnglish, { connection: { whenUnbound: 'create' } })
      await signInWithWeChat(page, 'erin')
      await page.locator('#tab-accounts').check()
      await page.locator('.accounts').getByRole('button').click()

      await page.locator('#accounts-refused').getByText('could never come back').waitFor()
      expect(await server.count('identity')).toBe(1)
      await expectAccessible(page)
      await page.locator('#tab-session').check()
      expect(await page.locator('#why').count()).toBe(0)
    })
  },
)
