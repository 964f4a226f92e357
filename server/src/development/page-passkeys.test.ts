import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test, type TestContext } from 'vitest'
import { chromiumPath, closeBrowser, expectAccessible, type PageOptions } from '../testing/chromium.ts'
import { desktop, openDevPage, phone, proveAddress } from '../testing/dev-page.ts'
import { pageOrigin } from '../testing/passkeys.ts'
import { addAuthenticator } from '../testing/virtual-authenticator.ts'
import { demoUser } from './demo.ts'

const inEnglish = { ...desktop, locale: 'en-GB' } as const
const inChinese = { ...phone, locale: 'zh-CN' } as const

afterAll(closeBrowser)

function hasFocus(page: Page, id: string): Promise<unknown> {
  return expect.poll(() => page.evaluate('document.activeElement.id')).toBe(id)
}

/** The page under a name, on a device that can hold passkeys. */
async function openAtLocalhost(t: TestContext, options: PageOptions) {
  const { server, page } = await openDevPage(t, options)
  const { devTools, authenticatorId } = await addAuthenticator(page)
  await page.goto(`${pageOrigin(server)}/dev`)
  await page.locator('#door-passkey').waitFor()
  return {
    server,
    page,
    setVerified: (isUserVerified: boolean) =>
      devTools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
  }
}

async function openFactors(page: Page): Promise<void> {
  await page.locator('#tab-account').check()
  await page.locator('#open-factors').click()
  await page.locator('#passkey-name').waitFor()
}

/** Signs in by a code, and adds a passkey. */
async function addPasskey(page: Page, name: string): Promise<void> {
  await page.locator('#other-ways').click()
  await proveAddress(page, demoUser.mobile)
  await openFactors(page)
  await page.locator('#passkey-name').fill(name)
  await page.locator('#add-passkey').click()
  await page.locator('#codes-kept').click()
  await page.locator('.accounts').getByText(name).waitFor()
}

async function signOut(page: Page): Promise<void> {
  await page.locator('#back').click()
  await page.locator('#sign-out').click()
  await page.locator('#door-passkey').waitFor()
}

describe.skipIf(chromiumPath === undefined)(
  'passkeys on the page at /dev, in Chromium (skipped where there is none)',
  () => {
    test.for([
      { ...inEnglish, name: 'my laptop', why: 'two factors at once', used: 'last used' },
      { ...inChinese, name: '小米手机', why: '两种因素', used: '上次使用' },
    ] as const)(
      'a passkey is added, signs in alone, is renamed and removed: $width wide, $locale',
      async ({ name, why, used, ...options }, t) => {
        const { page } = await openAtLocalhost(t, options)
        await addPasskey(page, name)
        await expectAccessible(page)

        await signOut(page)
        await expectAccessible(page)
        await page.locator('#door-passkey').click()
        await page.locator('#why').getByText(why).waitFor()
        await page.locator('#user-name').getByText(demoUser.userName).waitFor()
        await openFactors(page)
        await page.locator('.accounts').getByText(used).waitFor()

        await page.locator('.accounts').getByRole('button').first().click()
        await hasFocus(page, 'new-name')
        await expectAccessible(page)
        await page.locator('#new-name').fill(' ')
        await page.locator('#save-name').click()
        await page.locator('#new-name-missing').waitFor()
        await page.locator('#new-name').fill('another')
        await page.locator('#save-name').click()
        await page.locator('.accounts strong').getByText('another').waitFor()
        await page.locator('.accounts').getByRole('button').last().click()
        await expect.poll(() => page.locator('.accounts li').count()).toBe(0)
        await page.locator('#notice').waitFor()
        await expectAccessible(page)
        expect(await page.locator('#phone [role=alert]').count()).toBe(0)
      },
    )

    test.for([
      { ...inEnglish, cancelled: 'you cancelled' },
      { ...inChinese, cancelled: '已取消' },
    ] as const)(
      'it is a second factor, and whoever does not show it is told so: $width wide, $locale',
      async ({ cancelled, ...options }, t) => {
        const { page, setVerified } = await openAtLocalhost(t, options)
        await addPasskey(page, 'laptop')
        await signOut(page)
        await page.locator('#other-ways').click()
        await proveAddress(page, demoUser.mobile)
        await page.locator('#use-passkey').waitFor()
        expect(await page.locator('#kind-passkey').isChecked()).toBe(true)
        await hasFocus(page, 'screen-title')
        await expectAccessible(page)

        await setVerified(false)
        await page.locator('#use-passkey').click()
        await page.locator('#factor-refused').getByText(cancelled).waitFor()
        await expectAccessible(page)
        await setVerified(true)
        await page.locator('#trust-device').check()
        await page.locator('#use-passkey').click()
        await page.locator('#why').waitFor()

        await page.locator('#tab-account').check()
        await page.locator('#open-devices').click()
        await expect.poll(() => page.locator('.accounts li').count()).toBe(1)
      },
    )

    test('a device makes no second passkey for the same user, and the page says so', async (t) => {
      const { page } = await openAtLocalhost(t, inEnglish)
      await addPasskey(page, 'laptop')
      await signOut(page)
      await page.locator('#door-passkey').click()
      await openFactors(page)
      await page.locator('#add-passkey').click()
      await page.locator('#passkey-name-missing').waitFor()
      await hasFocus(page, 'passkey-name')
      await page.locator('#passkey-name').fill('again')
      await page.locator('#add-passkey').click()
      await page.locator('#page-refused').getByText('has a passkey of yours already').waitFor()
      await expectAccessible(page)
    })

    test.for([inEnglish, inChinese])(
      'where the page is open at an address, it leads to where passkeys are: $width wide, $locale',
      async (options, t) => {
        const { server, page } = await openDevPage(t, options)
        const there = `${pageOrigin(server)}/dev`
        expect(await page.locator('#passkeys-elsewhere').getAttribute('href')).toBe(there)
        expect(await page.locator('#door-passkey').count()).toBe(0)
        await expectAccessible(page)

        await page.locator('#other-ways').click()
        await proveAddress(page, demoUser.mobile)
        await page.locator('#tab-account').check()
        await page.locator('#open-factors').click()
        await page.locator('#passkeys-elsewhere').waitFor()
        expect(await page.locator('#passkey-name').count()).toBe(0)
        await expectAccessible(page)
        await page.locator('#passkeys-elsewhere').click()
        await page.locator('#door-passkey').waitFor()
        expect(page.url()).toBe(there)
      },
    )
  },
)
