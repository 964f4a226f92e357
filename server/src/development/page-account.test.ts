import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { savePolicy } from '../platform/policy/index.ts'
import { registration } from '../sign-in/index.ts'
import { chromiumPath, closeBrowser, expectAccessible } from '../testing/chromium.ts'
import { bindZhangsan, desktop, openDevPage, phone, proveAddress } from '../testing/dev-page.ts'

const inEnglish = { ...desktop, locale: 'en-GB' } as const
const inChinese = { ...phone, locale: 'zh-CN' } as const

afterAll(closeBrowser)

function hasFocus(page: Page, id: string): Promise<unknown> {
  return expect.poll(() => page.evaluate('document.activeElement.id')).toBe(id)
}

/** By a code, so that no WeChat account is linked. */
async function signInAsZhangsan(page: Page): Promise<void> {
  await page.locator('#other-ways').click()
  await proveAddress(page, '11012345678')
  await page.locator('#sign-out').waitFor()
}

async function openPageOfAccount(page: Page, row: string): Promise<void> {
  await page.locator('#tab-account').check()
  await page.locator(row).click()
}

describe.skipIf(chromiumPath === undefined)(
  'the account on the page at /dev, in Chromium (skipped where there is none)',
  () => {
    test.for([
      { ...inEnglish, closed: 'registration is not open', made: 'A user was made' },
      { ...inChinese, closed: '不支持注册', made: '已新建用户' },
    ] as const)(
      'an account is made by a code, where registration is open: $width wide, $locale',
      async ({ closed, made, ...options }, t) => {
        const { server, page } = await openDevPage(t, options)
        await page.locator('#other-ways').click()
        await page.locator('#door-create').click()
        await hasFocus(page, 'screen-title')
        await expectAccessible(page)
        await proveAddress(page, '13800138000')
        await page.locator('#code-refused').getByText(closed).waitFor()

        await savePolicy(server.deployment.db, registration, { open: true })
        await page.locator('#kind-email').check()
        await page.locator('#extra-name').fill('李四')
        await proveAddress(page, 'li@example.com')
        await page.locator('#why').getByText(made).waitFor()
        await page.locator('#phone').getByText('李四').first().waitFor()
        expect(await server.count('user')).toBe(2)
        await expectAccessible(page)
      },
    )

    test.for([
      { ...inEnglish, saved: 'Saved', told: 'are told' },
      { ...inChinese, saved: '已保存', told: '会收到通知' },
    ] as const)(
      'what a user says of himself, and his addresses, change: $width wide, $locale',
      async ({ saved, told, ...options }, t) => {
        const { page } = await openDevPage(t, options)
        await signInAsZhangsan(page)
        await page.locator('#tab-account').check()
        await expectAccessible(page)
        await page.locator('#open-profile').click()
        await page.locator('#save').waitFor()
        await expectAccessible(page)
        await page.locator('#name').fill('张三丰')
        await page.locator('#attr_birthday').fill('1990-02-03')
        await page.locator('#attr_gender').selectOption('male')
        await page.locator('#save').click()
        await page.locator('#notice').getByText(saved).waitFor()
        await page.locator('#screen-title').getByText('张三丰').waitFor()
        await hasFocus(page, 'open-profile')

        // It is shown as it was and read again; until it has come nobody is let go.
        const read = page.waitForResponse((response) => response.url().endsWith('/api/v2/sdk/profile'))
        await page.locator('#open-profile').click()
        await read
        await page.locator('#save').waitFor()
        expect(await page.locator('#attr_birthday').inputValue()).toBe('1990-02-03')
        expect(await page.locator('#attr_gender').inputValue()).toBe('male')
        await page.locator('#back').click()

        await page.locator('#open-email').click()
        await expectAccessible(page)
        await proveAddress(page, 'san@example.com')
        await page.locator('#notice').getByText(told).waitFor()
        await page.locator('#open-email').getByText('san@example.com').waitFor()
        await expectAccessible(page)
      },
    )

    test('what is refused of a profile stands below it, in the person’s language', async (t) => {
      const { page } = await openDevPage(t, inChinese)
      await signInAsZhangsan(page)
      await openPageOfAccount(page, '#open-profile')
      await page.locator('#attr_nick_name').fill('长'.repeat(129))
      await page.locator('#save').click()
      await page.locator('#page-refused').getByText('IDAAS.SDK.USER.9102').waitFor()
      await expectAccessible(page)
    })

    test.for([inEnglish, inChinese])(
      'a user ends his other sessions, and keeps this one: $width wide, $locale',
      async (options, t) => {
        const { server, page } = await openDevPage(t, options)
        for (const person of ['anna', 'bert', 'cora']) await bindZhangsan(server, person)
        await signInAsZhangsan(page)
        await openPageOfAccount(page, '#open-sessions')
        await expect.poll(() => page.locator('.accounts li').count()).toBe(4)
        await expectAccessible(page)

        await page.locator('.accounts').getByRole('button').first().click()
        await expect.poll(() => page.locator('.accounts li').count()).toBe(3)
        await page.locator('#end-others').click()
        await expect.poll(() => page.locator('.accounts li').count()).toBe(1)
        await page.locator('#notice').waitFor()
        expect(await page.locator('#end-others').count()).toBe(0)
        await expectAccessible(page)
        await page.locator('#back').click()
        await hasFocus(page, 'open-sessions')
      },
    )

    test('an id_token that has run out is renewed before it is shown', async (t) => {
      const { server, page } = await openDevPage(t, inEnglish)
      await signInAsZhangsan(page)
      const later = 6 * 60_000
      server.clock.advance(later)
      await page.clock.setFixedTime(Date.now() + later)
      await openPageOfAccount(page, '#open-sessions')
      await expect.poll(() => page.locator('.accounts li').count()).toBe(1)
      await page.locator('#back').click()
      await page.locator('#open-email').click()
      await proveAddress(page, 'san@example.com')
      await page.locator('#open-email').getByText('san@example.com').waitFor()
      expect(await page.locator('#phone [role=alert]').count()).toBe(0)
    })

    test('a further WeChat account is linked, and one of another user is refused', async (t) => {
      const { server, page } = await openDevPage(t, inEnglish)
      await server.addUser({ mobile: '13800138000', fixedCode: '111111' })
      const others = await server.miniProgram().openSignIn('theirs')
      await others.send('13800138000')
      await others.bind('13800138000', '111111')
      await signInAsZhangsan(page)
      await page.locator('#tab-accounts').check()
      await page.locator('#further').fill('mine')
      await page.locator('#link').click()
      await page.locator('#notice').getByText('Linked').waitFor()
      expect(await page.locator('.accounts li').count()).toBe(1)

      await page.locator('#further').fill('theirs')
      await page.locator('#link').click()
      await page.locator('#link-refused').getByText('IDAAS.SDK.LOGIN.9007').waitFor()
      await expectAccessible(page)
      await page.locator('#further').fill(' ')
      await page.locator('#link').click()
      await page.locator('#further-missing').waitFor()
      await hasFocus(page, 'further')
    })

    test.for([inEnglish, inChinese])(
      'an account is closed, and opened again by a code: $width wide, $locale',
      async (options, t) => {
        const { server, page } = await openDevPage(t, options)
        await signInAsZhangsan(page)
        await openPageOfAccount(page, '#open-close')
        await expectAccessible(page)
        await page.locator('#close-account').click()
        await page.locator('#reopen').waitFor()
        await expectAccessible(page)

        await page.locator('#other-ways').click()
        await page.locator('#kind-email').check()
        await proveAddress(page, 'zhangsan@qq.com')
        await page.getByText('ACCESS_DENIED', { exact: true }).first().waitFor()
        await expectAccessible(page)

        await page.locator('#reopen').click()
        await expectAccessible(page)
        await proveAddress(page, '11012345678')
        await page.locator('#sign-out').waitFor()
        await page.locator('#user-name').getByText('zhangsan').waitFor()
        expect(await server.count('user')).toBe(1)
      },
    )
  },
)
