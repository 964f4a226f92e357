import { z } from 'zod'
import type { Application } from '../applications/index.ts'
import { textField } from '../platform/http/fields.ts'
import { noBody, type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { parseEmail, parseMobile, userRefusals } from '../users/index.ts'
import { humanCheckRefusals } from './refusals.ts'
import { checkSlider, openSlider, type SliderDeps } from './slider.ts'

/** The names are those of the clients of this slider; what it does not use is there as `null`. */
const picture = z.object({
  captchaId: z.null(),
  projectCode: z.null(),
  captchaOriginalPath: z.null(),
  captchaFontType: z.null(),
  captchaFontSize: z.null(),
  secretKey: z.string(),
  /** PNG as base64, without a prefix. */
  originalImageBase64: z.string(),
  point: z.null(),
  jigsawImageBase64: z.string(),
  wordList: z.null(),
  pointList: z.null(),
  pointJson: z.null(),
  token: z.string(),
  result: z.literal(false),
  captchaVerification: z.null(),
})

const NOTHING = {
  captchaId: null,
  projectCode: null,
  captchaOriginalPath: null,
  captchaFontType: null,
  captchaFontSize: null,
} as const

export const captchaEndpoint = sdkEndpoint<SliderDeps, Application, undefined, z.infer<typeof picture>>({
  method: 'GET',
  path: '/api/v2/sdk/captcha',
  summary: {
    en: 'Get a picture with a hole and the piece that fits',
    zh: '获取滑块拼图验证码',
  },
  body: noBody,
  reply: picture,
  refusals: [humanCheckRefusals.tooManyChecks],

  async handle(deps, { application, ip, now }) {
    const slider = await openSlider(deps, { clientId: application.clientId, ip }, now)
    return {
      ...NOTHING,
      secretKey: slider.secretKey,
      originalImageBase64: slider.picture.toString('base64'),
      point: null,
      jigsawImageBase64: slider.strip.toString('base64'),
      wordList: null,
      pointList: null,
      pointJson: null,
      token: slider.token,
      result: false,
      captchaVerification: null,
    }
  },
})

const answer = z.object({
  /** `{"x":237.0,"y":5.0}` as text, or that encrypted under the `secretKey` of the picture. */
  point_json: textField,
  token: textField,
  /** The mobile number or email address that the code will be sent to. */
  sender: textField,
})

export const captchaVerifyEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/sdk/captcha/verify',
  summary: {
    en: 'Tell where the piece was put, and get what sms/send and email/send want',
    zh: '校验滑块拼图验证码',
  },
  body: answer,
  reply: z.object({ captcha_token: z.string() }),
  refusals: [
    humanCheckRefusals.checkFailed,
    humanCheckRefusals.tooManyChecks,
    userRefusals.mobileMalformed,
    userRefusals.emailMalformed,
  ],

  async handle(
    deps: SliderDeps,
    { body, application, ip, now }: SdkCall<Application, z.infer<typeof answer>>,
  ) {
    const sender = body.sender.includes('@') ? parseEmail(body.sender) : await parseMobile(body.sender)
    const caller = { clientId: application.clientId, ip }
    const captchaToken = await checkSlider(
      deps,
      caller,
      { token: body.token, pointJson: body.point_json, sender },
      now,
    )
    return { captcha_token: captchaToken }
  },
})
