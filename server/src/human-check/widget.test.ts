import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { savePolicy } from '../platform/policy/index.ts'
import { chromiumPath, closeBrowser, openPage } from '../testing/chromium.ts'
import { BIND_CLIENT_ID, startServer } from '../testing/server.ts'
import { standingClock } from '../testing/test-clock.ts'
import { humanCheckPolicy } from './index.ts'

const widget = readFileSync(fileURLToPath(import.meta.resolve('altcha')), 'utf8')

/** As the guide has it. */
const shop = `<!doctype html><html lang="en"><head><link rel="icon" href="data:," /></head><body><form>
  <altcha-widget challenge="/api/v2/ligature/altcha"></altcha-widget></form>
  <script type="module">
    import '/altcha.js'
    $altcha.defaults.set({
      fetch: (url) =>
        fetch(url, {
          headers: {
            'X-client-id': '${BIND_CLIENT_ID}',
            'X-operating-sys-version': 'web',
            'X-device-fingerprint': 'web',
            'X-agent': navigator.userAgent,
          },
        }),
    })
  </script></body></html>`

afterAll(closeBrowser)

test.skipIf(chromiumPath === undefined)(
  'what altcha’s own widget makes of a challenge is worth one code',
  async (t) => {
    const server = await startServer(t, { clock: standingClock(Date.now()) })
    await savePolicy(server.deployment.db, humanCheckPolicy, { when: 'always', kinds: ['proof_of_work'] })
    const page = await openPage(t, { width: 600, height: 400, locale: 'en-GB' })
    await page.route('**/shop', (route) => route.fulfill({ body: shop, contentType: 'text/html' }))
    await page.route('**/altcha.js', (route) =>
      route.fulfill({ body: widget, contentType: 'text/javascript' }),
    )
    await page.goto(`${server.url}/shop`)
    await page.getByRole('checkbox').click({ force: true })
    const hidden = page.locator('input[name=altcha]')
    await expect.poll(() => hidden.inputValue().catch(() => ''), { timeout: 20_000 }).not.toBe('')

    const send = async (email: string) => {
      const body = { email, type: 'BIND_EMAIL_EMS', captcha_token: await hidden.inputValue() }
      return (await server.miniProgram().call('email/send', { body })).outcome
    }
    expect(await send('li@example.com')).toBe('OK')
    expect(await send('wang@example.com')).toBe('IDAAS.SDK.CAPTCHA.0003')
  },
  40_000,
)
