import type { Page } from 'playwright-core'
import type { TestContext } from 'vitest'
import { openPage, type PageOptions } from './chromium.ts'
import { startServer, type TestServer, type TestServerOptions } from './server.ts'

export const desktop = { width: 1440, height: 900 }
/** At night. */
export const phone = { width: 360, height: 740, colorScheme: 'dark' } as const

/** The page at `/dev` of a server of its own. */
export async function openDevPage(
  t: TestContext,
  options: PageOptions,
  server?: TestServerOptions,
): Promise<{ server: TestServer; page: Page }> {
  const running = await startServer(t, { mode: 'dev', ...server })
  const page = await openPage(t, options)
  await page.goto(`${running.url}/dev`)
  await page.locator('#sign-in').waitFor()
  return { server: running, page }
}

export async function signInWithWeChat(page: Page, person: string): Promise<void> {
  await page.locator('#person').fill(person)
  await page.locator('#sign-in').click()
}

/** Types an address, asks for a code and takes the one that arrives. */
export async function proveAddress(page: Page, address: string): Promise<void> {
  await page.locator('#address').fill(address)
  await page.locator('#send-code').click()
  await page.locator('#use-code').click()
  await page.locator('#confirm').click()
}

/** Binds the person from another device. */
export async function bindZhangsan(server: TestServer, person: string): Promise<string> {
  const signIn = await server.miniProgram().openSignIn(person)
  await signIn.send('11012345678')
  const reply = await signIn.bind('11012345678', '232326')
  return String(reply.body['id_token'])
}
