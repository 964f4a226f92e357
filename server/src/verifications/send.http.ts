import { z } from 'zod'
import type { Application } from '../applications/index.ts'
import { humanCheckRefusals } from '../human-check/index.ts'
import { textField } from '../platform/http/fields.ts'
import { noReply, type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { Refusal, type RefusalDefinition } from '../platform/refusal.ts'
import { type Address, type Channel, parseEmail, parseMobile, userRefusals } from '../users/index.ts'
import { purposesOf } from './purposes.ts'
import { verificationRefusals } from './refusals.ts'
import { type SendDeps, sendVerificationCode } from './send-verification-code.ts'

export interface SendEndpointDeps extends SendDeps {
  /**
   * Reads the state token of the sign-in that the code will belong to; the sign-ins know how.
   *
   * @throws {Refusal} when the token is not that of an open sign-in of this application
   */
  readonly readStateToken: (stateToken: string, clientId: string, now: number) => Promise<string>
}

/** Of the slider, or what altcha's client hands out: some 800 characters. */
const captchaToken = z.string().max(1024).nullish()
type SendBody = { readonly type: string; readonly captcha_token?: string | null | undefined }

/** Makes the two endpoints, which know of a state token but not what is wrong with one. */
export function sendEndpoints(stateTokenRefused: RefusalDefinition) {
  return [
    sdkEndpoint({
      method: 'POST',
      path: '/api/v2/sdk/sms/send',
      summary: {
        en: 'Send a verification code to a mobile number',
        zh: '向手机号发送验证码',
      },
      credentials: { 'X-state-token': 'optional' },
      body: z.object({ mobile: textField, type: textField, captcha_token: captchaToken }),
      reply: noReply,
      refusals: [...sendRefusals, userRefusals.mobileMalformed, stateTokenRefused],
      handle: async (deps: SendEndpointDeps, call: SdkCall<Application, SendBody & { mobile: string }>) =>
        send(deps, call, await parseMobile(call.body.mobile)),
    }),
    sdkEndpoint({
      method: 'POST',
      path: '/api/v2/sdk/email/send',
      summary: {
        en: 'Send a verification code to an email address',
        zh: '向邮箱发送验证码',
      },
      credentials: { 'X-state-token': 'optional' },
      body: z.object({ email: textField, type: textField, captcha_token: captchaToken }),
      reply: noReply,
      refusals: [...sendRefusals, userRefusals.emailMalformed, stateTokenRefused],
      handle: async (deps: SendEndpointDeps, call: SdkCall<Application, SendBody & { email: string }>) =>
        send(deps, call, parseEmail(call.body.email)),
    }),
  ]
}

const sendRefusals = [
  verificationRefusals.sendRefused,
  verificationRefusals.unknownType,
  verificationRefusals.areaCodeNotAllowed,
  humanCheckRefusals.credentialMissing,
  humanCheckRefusals.credentialExpired,
  humanCheckRefusals.credentialMismatch,
]

async function send(
  deps: SendEndpointDeps,
  call: SdkCall<Application, SendBody>,
  address: Address,
): Promise<undefined> {
  const { application, now } = call
  const purpose = purposeNamed(call.body.type, address.channel)
  const signInId = call.stateToken && (await deps.readStateToken(call.stateToken, application.clientId, now))
  await sendVerificationCode(
    deps,
    {
      address,
      purpose,
      application,
      signInId,
      language: call.language,
      ip: call.ip,
      captchaToken: call.body.captcha_token ?? '',
    },
    now,
  )
  return undefined
}

function purposeNamed(type: string, channel: Channel) {
  const purpose = purposesOf(channel).find((candidate) => candidate === type)
  if (purpose === undefined) throw new Refusal(verificationRefusals.unknownType)
  return purpose
}
