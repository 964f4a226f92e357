import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { chromiumPath, closeBrowser, expectAccessible, openPage } from '../testing/chromium.ts'
import {
  bindZhangsan,
  desktop,
  openDevPage,
  phone,
  proveAddress,
  signInWithWeChat,
} from '../testing/dev-page.ts'
import { startServer } from '../testing/server.ts'

const bothTexts = z.object({ en: z.unknown(), zh: z.unknown() })

afterAll(closeBrowser)

/** Without the functions, which do not leave the browser: `null` stands for each. */
const textsOfThePage = `import('/dev/page/texts.js').then(({ texts }) =>
  JSON.parse(JSON.stringify(texts, (_key, text) => (typeof text === 'function' ? null : text))))`

/** The path of every text, however deep. */
function keysOf(texts: unknown, path = ''): string[] {
  return typeof texts === 'object' && texts !== null
    ? Object.entries(texts).flatMap(([key, each]) => keysOf(each, `${path}.${key}`))
    : [path]
}

/** What the page's own module says of an id_token, against the keys that the server publishes. */
function verdictOf(page: Page, idToken: string): Promise<unknown> {
  return page.evaluate(`(async () => {
    const { verifySignature } = await import('/dev/page/id-token.js')
    const keys = await fetch('/api/v1/oauth2/keys').then((response) => response.json())
    return verifySignature(${JSON.stringify(idToken)}, keys)
  })()`)
}

describe.skipIf(chromiumPath === undefined)(
  'the page at /dev, in Chromium (skipped where there is none)',
  () => {
    test.for([
      { ...desktop, locale: 'en-GB', verified: 'Signature verified' },
      { ...phone, locale: 'zh-CN', verified: '签名已验证' },
    ] as const)(
      'leads a new WeChat person to a bound user: $width wide, $locale',
      async ({ verified, ...options }, t) => {
        const { server, page } = await openDevPage(t, options)
        await expectAccessible(page)

        await signInWithWeChat(page, 'alice')
        await page.locator('#address').waitFor()
        await expectAccessible(page)
        await proveAddress(page, '11012345678')

        await page.locator('#sign-out').waitFor()
        await page.locator('#phone').getByText('zhangsan@qq.com').first().waitFor()
        await page.locator('#phone').getByText(verified).waitFor()
        await expectAccessible(page)
        expect(await server.count('identity')).toBe(1)
      },
    )

    test('shows the code that arrives in the inbox, a wrong one as refused, and goes on', async (t) => {
      const { page } = await openDevPage(t, { ...desktop, locale: 'en-GB' })
      await page.locator('#application-register').check()
      await signInWithWeChat(page, 'bob')

      await page.locator('#address').fill('13800138000')
      await page.locator('#send-code').click()
      await page.locator('#inbox').getByText('+86-13800138000').first().waitFor()
      await page.locator('#code').fill('000000')
      await page.locator('#confirm').click()
      await page.locator('#code-refused').waitFor()
      expect(await page.locator('#code-refused').textContent()).toContain('Incorrect verification code')
      await page.locator('#phone').getByText('4 tries left').waitFor()
      await expectAccessible(page)

      await page.locator('#use-code').click()
      await page.locator('#confirm').click()
      await page.locator('#sign-out').waitFor()
      await page.locator('#phone').getByText('+86-13800138000').first().waitFor()
    })

    test('offers a new person to bind the account that he already has', async (t) => {
      const { server, page } = await openDevPage(t, { ...desktop, locale: 'en-GB' })
      const users = await server.count('user')
      await page.locator('#application-register').check()
      await signInWithWeChat(page, 'carol')

      await page.locator('#door-bind').click()
      await page.locator('#kind-email').check()
      await proveAddress(page, 'zhangsan@qq.com')

      await page.locator('#phone').getByText('+86-11012345678').first().waitFor()
      expect(await server.count('user')).toBe(users)
    })

    test('offers to start again when the sign-in was completed elsewhere', async (t) => {
      const { server, page } = await openDevPage(t, { ...phone, locale: 'zh-CN' })
      await signInWithWeChat(page, 'dave')
      await page.locator('#send-code').click()
      await page.locator('#use-code').click()
      await bindZhangsan(server, 'dave')

      await page.locator('#confirm').click()
      await page.locator('#code-refused').getByText('IDAAS.SDK.COMMON.1007').waitFor()
      await page.locator('#start-over').click()
      await page.locator('#sign-out').waitFor()
      expect(await page.locator('#phone [role=alert]').count()).toBe(0)
    })

    test('takes an id_token for verified when the server signed it, and no altered one', async (t) => {
      const { server, page } = await openDevPage(t, { ...desktop, locale: 'en-GB' })
      const idToken = await bindZhangsan(server, 'erin')
      const [header = '', payload = '', signature = ''] = idToken.split('.')
      const unsigned = Buffer.from('{"alg":"none"}').toString('base64url')
      const altered = Buffer.from('{"sub":"somebody else"}').toString('base64url')

      expect(await verdictOf(page, idToken)).toBe('verified')
      expect(await verdictOf(page, `${header}.${altered}.${signature}`)).toBe('refused')
      expect(await verdictOf(page, `${unsigned}.${payload}.`)).toBe('refused')
    })

    test('knows the person the second time, refreshes, signs out', async (t) => {
      const { server, page } = await openDevPage(t, { ...desktop, locale: 'en-GB' })
      await signInWithWeChat(page, 'alice')
      await proveAddress(page, '11012345678')

      await page.locator('#again').click()
      await expect.poll(() => server.count('session')).toBe(2)
      await page.locator('#refresh').click()
      await page.locator('#phone').getByText('A fresh id_token has arrived.').waitFor()
      await page.locator('#sign-out').click()
      await page.locator('#sign-in').click()
      await page.locator('#sign-out').waitFor()
      await expect.poll(() => server.count('session')).toBe(3)
    })

    test('shows each request and its reply, copyable as a command that works', async (t) => {
      const { page } = await openDevPage(t, { ...desktop, locale: 'en-GB' })
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
      await signInWithWeChat(page, 'alice')
      await page.locator('#address').waitFor()

      await page.locator('#log').getByText('/api/v2/sdk/login/wechat-miniprogram').first().waitFor()
      await page.locator('#log').getByRole('button', { name: /curl/i }).first().click()
      const command = await page.evaluate('navigator.clipboard.readText()')
      expect(command).toContain('curl')
      expect(command).toContain('X-client-id: nTo1eRIub60vPb54WeE6aojPwYwImtl4')
      await expectAccessible(page)
    })

    test('speaks both languages, and the server’s replies follow', async (t) => {
      const { page } = await openDevPage(t, { ...desktop, locale: 'en-GB' })
      await page.locator('[data-language=zh]').click()
      expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN')
      await signInWithWeChat(page, 'alice')
      await page.locator('#address').fill('not a number')
      await page.locator('#send-code').click()
      await page.locator('#phone').getByText('手机号格式不正确').waitFor()

      const texts = bothTexts.parse(await page.evaluate(textsOfThePage))
      expect(keysOf(texts.zh)).toEqual(keysOf(texts.en))
    })

    test('the reference at /docs is accessible in both languages and at both widths', async (t) => {
      const server = await startServer(t)
      for (const { size, language } of [
        { size: desktop, language: 'en' },
        { size: phone, language: 'zh' },
      ] as const) {
        const page = await openPage(t, { ...size, locale: 'en-GB' })
        await page.goto(`${server.url}/docs?lang=${language}`)
        await expectAccessible(page)
      }
    })
  },
)
