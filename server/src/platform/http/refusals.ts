import { defineRefusals } from '../refusal.ts'

/**
 * What every call of the SDK family may answer before its own rules are asked. Codes that the contract
 * does not give have numbers from 9000 up, so that they can never meet one that it gives.
 */
export const doorRefusals = defineRefusals({
  /** A device header (`X-operating-sys-version`, `X-device-fingerprint`, `X-agent`) is missing or empty. */
  deviceIncomplete: {
    code: 'IDAAS.SDK.PARAM.0001',
    en: 'Device information is incomplete',
    zh: '设备信息不完整',
  },
  clientIdMissing: {
    code: 'IDAAS.SDK.PARAM.0002',
    en: 'clientId cannot be empty',
    zh: 'clientId不能为空',
  },
  /** Unknown and disabled look alike. */
  applicationUnknown: {
    code: 'IDAAS.SDK.PARAM.0003',
    en: 'The app is not registered, please register the app first',
    zh: '应用未注册,请先注册应用',
  },
  fieldMissing: {
    code: 'IDAAS.SDK.PARAM.9001',
    en: 'Parameter {0} cannot be left blank',
    zh: '参数{0}不能为空',
  },
  fieldMalformed: {
    code: 'IDAAS.SDK.PARAM.9002',
    en: 'The {0} parameter format is incorrect',
    zh: '参数{0}格式不正确',
  },
  /** Not JSON, not UTF-8, a key written twice, a key that reaches a prototype, or nested too deep. */
  bodyUnreadable: {
    code: 'IDAAS.SDK.PARAM.9003',
    en: 'The request body is not valid JSON',
    zh: '请求体不是有效的JSON',
  },
  bodyTooLarge: {
    code: 'IDAAS.SDK.PARAM.9004',
    en: 'The request body is too large',
    zh: '请求体过大',
  },
})

/** What the transport itself answers, with its own HTTP status. */
export const transportRefusals = defineRefusals({
  /** HTTP 500. Something went wrong that is not the caller's doing. */
  systemBusy: {
    code: 'IDAAS.SDK.COM.0002',
    en: 'System busy, please try again later',
    zh: '系统繁忙,请稍后重试',
  },
  /** HTTP 404. */
  noSuchPath: { code: 'IDAAS.SDK.COM.9404', en: 'No such interface', zh: '接口不存在' },
  /** HTTP 405, with `Allow`. */
  methodNotAllowed: { code: 'IDAAS.SDK.COM.9405', en: 'Method not allowed', zh: '请求方法不支持' },
  /** HTTP 408. */
  requestTooSlow: { code: 'IDAAS.SDK.COM.9408', en: 'The request took too long', zh: '请求超时' },
  /** HTTP 431. */
  headersTooLarge: { code: 'IDAAS.SDK.COM.9431', en: 'The request headers are too large', zh: '请求头过大' },
  /** HTTP 400. The path, the Content-Type or the framing is none; there may be no HTTP at all. */
  notHttp: { code: 'IDAAS.SDK.COM.9400', en: 'The request is malformed', zh: '请求格式错误' },
  /** HTTP 503, with `Retry-After`. The server is stopping, or has more to do than it can. */
  overloaded: {
    code: 'IDAAS.SDK.COM.9503',
    en: 'The service is busy, please try again later',
    zh: '服务繁忙，请稍后重试',
  },
})
