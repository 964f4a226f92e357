import { afterAll, describe, expect, test, type TestContext } from 'vitest'
import { chromiumPath, closeBrowser } from '../../testing/chromium.ts'
import { askForPasskey, logInWith, pageOrigin, PASSKEY_REFUSED, passkeysOf } from '../../testing/passkeys.ts'
import { startServer } from '../../testing/server.ts'
import { bindAndSignIn, signedIn } from '../../testing/signed-in.ts'
import { type Made, openPasskeyPage } from '../../testing/virtual-authenticator.ts'

afterAll(closeBrowser)

function responseOf(made: Made): unknown {
  if ('error' in made) throw new Error(`the browser says ${made.error}`)
  return made.response
}

/** A person at a page, who has enrolled the passkey of his device. */
async function enrolAtPage(t: TestContext) {
  const server = await startServer(t, { mode: 'dev' })
  const program = server.miniProgram()
  const page = await openPasskeyPage(t, pageOrigin(server))
  const user = await bindAndSignIn(program, 'alice')
  const calls = passkeysOf(program, user)
  const response = responseOf(await page.create((await calls.options()).body))
  const logIn = async () =>
    logInWith(program, responseOf(await page.get((await askForPasskey(program)).body)))
  return { server, program, page, user, calls, logIn, enrolment: await calls.enrol(response), response }
}

describe.skipIf(chromiumPath === undefined)('passkeys in Chromium (skipped where there is none)', () => {
  test('a device makes a passkey, signs in with it where nobody has said who he is, and not twice with one response', async (t) => {
    const { program, page, user, calls, enrolment, response } = await enrolAtPage(t)
    expect(enrolment).toMatchObject({ outcome: 'OK' })
    expect(await calls.enrol(response)).not.toMatchObject({ outcome: 'OK' })
    expect(await page.held()).toMatchObject([{ isResidentCredential: true, rpId: 'localhost' }])

    const assertion = responseOf(await page.get((await askForPasskey(program)).body))
    const entered = signedIn(program, await logInWith(program, assertion))

    expect(entered.userId).toBe(user.userId)
    expect(await logInWith(program, assertion)).toMatchObject({ outcome: PASSKEY_REFUSED })
  })

  test('the device that has one makes no second one for the same user', async (t) => {
    const { program, page, logIn } = await enrolAtPage(t)
    const calls = passkeysOf(program, signedIn(program, await logIn()))

    expect(await page.create((await calls.options()).body)).toEqual({ error: 'InvalidStateError' })

    expect(await calls.list()).toHaveLength(1)
  })

  test('a second device has one of its own; what is renamed keeps signing in, what is removed does not', async (t) => {
    const { server, program, logIn } = await enrolAtPage(t)
    const calls = passkeysOf(program, signedIn(program, await logIn()))
    const second = await openPasskeyPage(t, pageOrigin(server))
    const response = responseOf(await second.create((await calls.options()).body))
    expect(await calls.enrol(response, 'tablet')).toMatchObject({ outcome: 'OK' })
    const passkeys = await calls.list()
    expect(passkeys.map(({ name }) => name).toSorted()).toEqual(['my phone', 'tablet'])

    const phone = passkeys.find(({ name }) => name === 'my phone')
    expect(await calls.rename(phone?.id ?? '', 'old phone')).toMatchObject({ outcome: 'OK' })
    expect(await logIn()).toMatchObject({ outcome: 'SUCCESS' })
    expect(await calls.remove(phone?.id ?? '')).toMatchObject({ outcome: 'OK' })
    expect(await logIn()).toMatchObject({ outcome: PASSKEY_REFUSED })
    const tablet = responseOf(await second.get((await askForPasskey(program)).body))
    expect(await logInWith(program, tablet)).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('a device whose count goes backwards is refused until it has caught up', async (t) => {
    const { page, logIn } = await enrolAtPage(t)
    const [early] = await page.held()
    if (early === undefined) throw new Error('the device holds nothing')
    expect(await logIn()).toMatchObject({ outcome: 'SUCCESS' })
    expect(await logIn()).toMatchObject({ outcome: 'SUCCESS' })

    await page.put(early)

    expect(await logIn()).toMatchObject({ outcome: PASSKEY_REFUSED })
    expect(await logIn()).toMatchObject({ outcome: PASSKEY_REFUSED })
    expect(await logIn()).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('a device that does not know who is there signs nobody in', async (t) => {
    const { server, program, page, logIn } = await enrolAtPage(t)
    await page.setVerified(false)

    expect(await page.get((await askForPasskey(program)).body)).toEqual({ error: 'NotAllowedError' })
    const lenient = { ...(await askForPasskey(program)).body, userVerification: 'discouraged' }
    expect(await logInWith(program, responseOf(await page.get(lenient)))).toMatchObject({
      outcome: PASSKEY_REFUSED,
    })
    expect(await server.count('session')).toBe(1)

    await page.setVerified(true)
    expect(await logIn()).toMatchObject({ outcome: 'SUCCESS' })
  })
})
