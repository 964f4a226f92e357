import type { z } from 'zod'
import type { Application } from '../applications/index.ts'
import { noBody, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { challengeOnWire, openProofOfWork } from './proof-of-work.ts'
import { humanCheckRefusals } from './refusals.ts'
import type { SliderDeps } from './slider.ts'

export const altchaEndpoint = sdkEndpoint<
  SliderDeps,
  Application,
  undefined,
  z.infer<typeof challengeOnWire>
>({
  method: 'GET',
  path: '/api/v2/ligature/altcha',
  summary: {
    en: 'Get a challenge for the machine of the person (altcha); its payload is a captcha_token',
    zh: '获取工作量证明质询（altcha），其结果可用作 captcha_token',
  },
  body: noBody,
  reply: challengeOnWire,
  refusals: [humanCheckRefusals.tooManyChecks],

  handle: (deps, { application, ip, now }) =>
    openProofOfWork(deps, { clientId: application.clientId, ip }, now),
})
