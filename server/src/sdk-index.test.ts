import { expect, test } from 'vitest'
import { callOf, everyEndpoint, getCredentials } from './testing/every-endpoint.ts'
import { exchangeRaw } from './testing/raw-http.ts'
import { startServer } from './testing/server.ts'

/** The rows of the documented index that this server serves, one call each. */
const documented = [
  'GET captcha',
  'POST captcha/verify',
  'POST sms/send',
  'POST email/send',
  'POST login/wechat-miniprogram',
  'POST login/wechat-mini-program-mobile',
  'POST social/bind',
  'POST social/register-bind',
  'POST social/wechat-mobile-bind',
  'POST social/wechat-mobile-register-bind',
  'GET social',
  'POST social/unbind-account',
  'POST social/unbind',
  'POST login',
  'POST login/auth',
  'POST login/mobile-pwd',
  'POST login/email-pwd',
  'POST login/mobile-verify-code',
  'POST login/email-verify-code',
  'POST register/mobile-verify-code',
  'POST register/email-verify-code',
  'POST pwd/update',
  'GET pwd/skip-update',
  'POST after-login/pwd/update-by-email',
  'POST after-login/pwd/update-by-mobile',
  'POST pwd/update-by-mobile',
  'POST pwd/update-by-email',
  'POST pwd/change',
  'GET pwd/check-exist',
  'POST pwd/change-by-mobile',
  'POST pwd/change-by-email',
  'POST profile/update-mobile',
  'POST profile/update-email',
  'GET profile',
  'POST profile/update',
  'GET mobile-by-token',
  'POST mfa/sms',
  'POST mfa/email',
  'POST sso/session-token/id-token',
  'GET logout',
]

/** What stands beside `mfa/sms` and `mfa/email`, and is called as they are. */
const oursBesideIt = [
  'POST login/passkey/options',
  'POST login/passkey',
  'POST mfa/totp',
  'POST mfa/totp/enrol',
  'POST mfa/recovery-code',
]

test('every call of the documented index is there, and under the documented prefix hardly another', () => {
  const prefix = '/api/v2/sdk/'
  const served = everyEndpoint
    .filter(({ path }) => path.startsWith(prefix))
    .map(({ method, path }) => `${method} ${path.slice(prefix.length)}`)

  expect(served.toSorted()).toEqual([...documented, ...oursBesideIt].toSorted())
})

test('none of them is unknown to the router, whatever it thinks of an empty call', async (t) => {
  const server = await startServer(t)
  const credentials = await getCredentials(server)

  for (const endpoint of everyEndpoint) {
    const { httpStatus } = await exchangeRaw(server.url, callOf(endpoint, credentials))
    expect({ path: endpoint.path, isAnswered: [200, 400].includes(httpStatus) }).toEqual({
      path: endpoint.path,
      isAnswered: true,
    })
  }
})
