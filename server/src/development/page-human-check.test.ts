import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test, type TestContext } from 'vitest'
import { z } from 'zod'
import { humanCheckPolicy } from '../human-check/index.ts'
import { savePolicy } from '../platform/policy/index.ts'
import { chromiumPath, closeBrowser, expectAccessible, type PageOptions } from '../testing/chromium.ts'
import { desktop, openDevPage, phone } from '../testing/dev-page.ts'
import { findHole } from '../testing/slider.ts'
import { standingClock } from '../testing/test-clock.ts'

const inEnglish = { ...desktop, locale: 'en-GB' } as const
const inChinese = { ...phone, locale: 'zh-CN' } as const

const pictures = z.object({ originalImageBase64: z.string(), jigsawImageBase64: z.string() })

afterAll(closeBrowser)

/** The page of a server that sends no code without a check. altcha’s own code knows the real time only. */
async function openStrictPage(
  t: TestContext,
  options: PageOptions,
  kinds: ('slider' | 'proof_of_work')[] = ['slider', 'proof_of_work'],
) {
  const { server, page } = await openDevPage(t, options, { clock: standingClock(Date.now()) })
  await savePolicy(server.deployment.db, humanCheckPolicy, { when: 'always', kinds })
  return { server, page }
}

/** Presses what shows the next picture. @returns where its piece belongs */
async function nextHole(page: Page, opener: string): Promise<number> {
  const reply = page.waitForResponse((response) => response.url().endsWith('/sdk/captcha'))
  await page.locator(opener).click()
  const { originalImageBase64, jigsawImageBase64 } = pictures.parse(await (await reply).json())
  await page.locator('#slider').waitFor()
  await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('slider')
  return findHole(originalImageBase64, jigsawImageBase64)
}

/** Takes hold of the piece's handle and lets it go there, in pixels of the picture. */
async function drag(page: Page, x: number): Promise<void> {
  const box = await page.locator('#slider').boundingBox()
  if (box === null) throw new Error('the slider is not to be seen')
  // The handle is as wide as the piece: 47 of the picture's 310 pixels, within a border of one.
  const handle = (box.width * 47) / 310
  const scale = (box.width - handle - 2) / (310 - 47)
  const from = { x: box.x + handle / 2, y: box.y + box.height / 2 }
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(from.x + x * scale, from.y, { steps: 8 })
  await page.mouse.up()
}

describe.skipIf(chromiumPath === undefined)(
  'human checks on the page at /dev, in Chromium (skipped where there is none)',
  () => {
    test.for([
      { ...inEnglish, wrong: 'Try this other picture' },
      { ...inChinese, wrong: '请用这张新图再试' },
    ] as const)(
      'the piece is dragged to its place, and then the code is sent: $width wide, $locale',
      async ({ wrong, ...options }, t) => {
        const { page } = await openStrictPage(t, options)
        await page.locator('#other-ways').click()
        const hole = await nextHole(page, '#send-code')
        await expectAccessible(page)
        const sheet = await page.locator('.sheet').boundingBox()
        const picture = await page.locator('.pictures').boundingBox()
        expect((picture?.x ?? 0) + (picture?.width ?? 0)).toBeLessThan((sheet?.x ?? 0) + (sheet?.width ?? 0))
        await drag(page, hole < 130 ? hole + 60 : hole - 60)
        const next = await nextHole(page, '#tell-place')
        await page.locator('#check-refused').getByText(wrong).waitFor()
        await expectAccessible(page)

        await drag(page, next)
        await page.locator('#tell-place').click()
        await page.locator('#use-code').click()
        await page.locator('#confirm').click()
        await page.locator('#sign-out').waitFor()
        await page.locator('#log').getByText('/api/v2/sdk/captcha/verify').first().waitFor()
      },
    )

    test('the piece is moved by the keyboard alone, in a sign-in whose reply asks for it', async (t) => {
      const { page } = await openStrictPage(t, inEnglish)
      await page.locator('#sign-in').click()
      const hole = await nextHole(page, '#send-code')
      await page.keyboard.press('Escape')
      await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('send-code')
      expect(hole).toBeGreaterThan(0)

      const again = await nextHole(page, '#send-code')
      for (let step = 0; step < again; step++) await page.keyboard.press('ArrowRight')
      await page.keyboard.press('Enter')
      await page.locator('#use-code').waitFor()
      await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('code')
    })

    test('whoever sees no picture lets the device work', async (t) => {
      const { page } = await openStrictPage(t, inChinese)
      await page.locator('#other-ways').click()
      await nextHole(page, '#send-code')
      await page.locator('#let-machine-work').click()
      await page.locator('#use-code').waitFor({ timeout: 60_000 })
      await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('code')
    })

    test('where a server wants work alone, the page offers nothing else', async (t) => {
      const { page } = await openStrictPage(t, inEnglish, ['proof_of_work'])
      await page.locator('#other-ways').click()
      await page.locator('#send-code').click()
      await page.locator('#let-machine-work').waitFor()
      await expectAccessible(page)
      expect(await page.locator('#slider').count()).toBe(0)
      await page.locator('#let-machine-work').click()
      await page.locator('#use-code').waitFor({ timeout: 60_000 })
    })
  },
)
