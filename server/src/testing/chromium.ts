import { existsSync } from 'node:fs'
import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { expect, type TestContext } from 'vitest'
import { z } from 'zod'
import { slowness } from './slowness.ts'

const KNOWN_PLACES = [
  process.env['LIGATURE_TEST_CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** Where the browser of this machine is; `undefined` when it has none. */
export const chromiumPath = KNOWN_PLACES.find((path) => path !== '' && existsSync(path))

const axeResult = z.object({
  violations: z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) })),
})

export interface PageOptions {
  readonly width: number
  readonly height: number
  readonly locale: 'zh-CN' | 'en-GB'
  readonly colorScheme?: 'light' | 'dark'
}

let running: Promise<Browser> | undefined

/** Ends the browser that the tests of a file share. */
export async function closeBrowser(): Promise<void> {
  const browser = await running
  running = undefined
  await browser?.close()
}

/** A page in the real browser, with nothing in it of another test, which ends with the test. Whatever it complains about fails the test. */
export async function openPage(t: TestContext, options: PageOptions): Promise<Page> {
  const browser = await (running ??= launch())
  const context = await browser.newContext({
    viewport: { width: options.width, height: options.height },
    locale: options.locale,
    colorScheme: options.colorScheme ?? 'light',
  })
  t.onTestFinished(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(8_000 * slowness)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // A refusal is a normal answer of the API, but the browser notes every 400.
    if (message.type() === 'error' && !message.text().includes('status of 400'))
      complaints.push(message.text())
  })
  t.onTestFinished(() => expect(complaints).toEqual([]))
  return page
}

function launch(): Promise<Browser> {
  return chromium.launch({
    ...(chromiumPath !== undefined && { executablePath: chromiumPath }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
}

/** Expects the page to be usable with a screen reader and a keyboard, and to fit its width. */
export async function expectAccessible(page: Page): Promise<void> {
  // Evaluated by the debugger and not as a script of the page, whose security policy allows none but its own.
  await page.evaluate(axe.source)
  const result = axeResult.parse(await page.evaluate('axe.run()'))
  expect(
    result.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
  ).toEqual([])
  const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
  expect(overflow).toBeLessThanOrEqual(0)
}
