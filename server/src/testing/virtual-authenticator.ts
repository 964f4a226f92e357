import type { CDPSession, Page } from 'playwright-core'
import type { TestContext } from 'vitest'
import { z } from 'zod'
import { openPage } from './chromium.ts'
import { desktop } from './dev-page.ts'

const added = z.object({ authenticatorId: z.string() })
const heldPasskey = z.object({
  credentialId: z.string(),
  isResidentCredential: z.boolean(),
  rpId: z.string(),
  privateKey: z.string(),
  userHandle: z.string(),
  signCount: z.number(),
})
const held = z.object({ credentials: z.array(heldPasskey) })

/** One passkey of an authenticator, its private key included. */
export type HeldPasskey = z.infer<typeof heldPasskey>

/** What a page makes of options: what `toJSON()` gives, or the name of the browser's error. */
export type Made = { readonly response: unknown } | { readonly error: string }

const made = z.union([z.object({ response: z.unknown() }), z.object({ error: z.string() })])

/** A page in the real browser, whose device has an authenticator that is Chromium's own, of software. */
export interface PasskeyPage {
  create(options: unknown): Promise<Made>
  get(options: unknown): Promise<Made>
  held(): Promise<HeldPasskey[]>
  /** Puts a passkey in place of all that it holds, for example one as it was earlier. */
  put(passkey: HeldPasskey): Promise<void>
  /** Whether it knows from here on who is there. */
  setVerified(isUserVerified: boolean): Promise<void>
}

/** @param origin of the page; the server has to answer there */
export async function openPasskeyPage(t: TestContext, origin: string): Promise<PasskeyPage> {
  const page = await openPage(t, { ...desktop, locale: 'en-GB' })
  await page.goto(`${origin}/dev`)
  const { devTools, authenticatorId } = await addAuthenticator(page)
  return {
    create: (options) => make(page, 'create', 'parseCreationOptionsFromJSON', options),
    get: (options) => make(page, 'get', 'parseRequestOptionsFromJSON', options),
    held: async () =>
      held.parse(await devTools.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    async put(credential) {
      await devTools.send('WebAuthn.clearCredentials', { authenticatorId })
      await devTools.send('WebAuthn.addCredential', { authenticatorId, credential })
    },
    async setVerified(isUserVerified) {
      await devTools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })
    },
  }
}

/** Gives the device of a page an authenticator that holds passkeys and knows that its user is there. */
export async function addAuthenticator(
  page: Page,
): Promise<{ devTools: CDPSession; authenticatorId: string }> {
  const devTools = await page.context().newCDPSession(page)
  await devTools.send('WebAuthn.enable')
  const { authenticatorId } = added.parse(
    await devTools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    }),
  )
  return { devTools, authenticatorId }
}

/** By the browser's own translation of the JSON, as a web client does it. */
async function make(page: Page, verb: string, parse: string, options: unknown): Promise<Made> {
  return made.parse(
    await page.evaluate(
      `navigator.credentials.${verb}({ publicKey: PublicKeyCredential.${parse}(${JSON.stringify(options)}) })
        .then((credential) => ({ response: credential.toJSON() }), (error) => ({ error: error.name }))`,
    ),
  )
}
