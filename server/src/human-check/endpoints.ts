export { altchaEndpoint } from './altcha.http.ts'
export { captchaEndpoint, captchaVerifyEndpoint } from './captcha.http.ts'
export type { SliderDeps as HumanCheckEndpointDeps } from './slider.ts'
