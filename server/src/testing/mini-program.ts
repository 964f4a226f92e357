import { z } from 'zod'

/** What a call came back with. */
export interface Reply {
  readonly httpStatus: number
  readonly headers: Headers
  readonly text: string
  /** The JSON body; empty for an empty one. Fields that a test asks for and that are missing are `undefined`. */
  readonly body: Readonly<Record<string, unknown>>
  /** `error_code`, or `status` of a result, or `OK` for an empty body: what a client looks at first. */
  readonly outcome: string
}

export interface CallOptions {
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** A mini program, as its developer would write it against the documented API. */
export interface MiniProgram {
  call(path: string, options?: CallOptions): Promise<Reply>
  /** @param person NAME of the emulated WeChat, or a whole `mock:…` code */
  login(person: string): Promise<Reply>
  /** @param phoneCode what the phone button gave, or `mock:alice?phone=13800138000` */
  loginByPhone(phoneCode: string): Promise<Reply>
  /** Logs in and keeps the state token; fails unless the sign-in is pending. */
  openSignIn(person: string): Promise<PendingSignIn>
  /** Asks for a code for this address, which tells the channel. */
  send(address: string, type: string, stateToken?: string): Promise<Reply>
  /** The newest code that the inbox holds for this address. */
  newestCode(address: string): Promise<string>
}

/** A sign-in that waits for a proof. */
export interface PendingSignIn {
  readonly stateToken: string
  readonly status: string
  send(address: string, options?: { scoped?: boolean; register?: boolean }): Promise<Reply>
  bind(address: string, verifyCode: string): Promise<Reply>
  registerBind(address: string, verifyCode: string): Promise<Reply>
  phoneBind(phoneCode: string): Promise<Reply>
  phoneRegisterBind(phoneCode: string): Promise<Reply>
  /** The pending reply as it is now. */
  look(): Promise<Reply>
}

export interface MiniProgramOptions {
  readonly clientId: string
  readonly language?: 'zh' | 'en'
}

const json = z.record(z.string(), z.unknown())
const outcomeSchema = z.string()
const inbox = z.array(z.object({ code: z.string() }))

export function openMiniProgram(url: string, options: MiniProgramOptions): MiniProgram {
  const call = (path: string, options_: CallOptions = {}): Promise<Reply> =>
    exchange(`${url}${path.startsWith('/') ? path : `/api/v2/sdk/${path}`}`, options, options_)

  const send: MiniProgram['send'] = (address, type, stateToken) =>
    call(`${address.includes('@') ? 'email' : 'sms'}/send`, {
      body: { ...addressField(address), type, captcha_token: '' },
      ...(stateToken !== undefined && { headers: { 'X-state-token': stateToken } }),
    })
  const login: MiniProgram['login'] = (person) =>
    call('login/wechat-miniprogram', {
      body: { code: person.startsWith('mock:') ? person : `mock:${person}` },
    })

  return {
    call,
    send,
    login,
    loginByPhone: (phoneCode) => call('login/wechat-mini-program-mobile', { body: { code: phoneCode } }),
    async openSignIn(person) {
      const reply = await login(person)
      const { state_token: stateToken, status } = reply.body
      if (typeof stateToken !== 'string') throw new Error(`the sign-in is not pending: ${reply.text}`)
      return pendingSignIn(call, send, stateToken, String(status))
    },
    async newestCode(address) {
      const response = await fetch(`${url}/dev/inbox?to=${encodeURIComponent(address)}`)
      const newest = inbox.parse(await response.json()).find(({ code }) => code !== '')
      if (newest === undefined) throw new Error(`nothing was sent to ${address}`)
      return newest.code
    },
  }
}

function pendingSignIn(
  call: MiniProgram['call'],
  send: MiniProgram['send'],
  stateToken: string,
  status: string,
): PendingSignIn {
  const headers = { 'X-state-token': stateToken }
  const prove = (path: string) => (address: string, verifyCode: string) =>
    call(path, { headers, body: { ...addressField(address), verify_code: verifyCode } })
  const proveByPhone = (path: string) => (phoneCode: string) =>
    call(path, { headers, body: { wechat_code: phoneCode } })
  return {
    stateToken,
    status,
    phoneBind: proveByPhone('social/wechat-mobile-bind'),
    phoneRegisterBind: proveByPhone('social/wechat-mobile-register-bind'),
    bind: prove('social/bind'),
    registerBind: prove('social/register-bind'),
    look: () => call('/api/v2/ligature/sign-in', { method: 'GET', headers }),
    send: (address, { scoped = true, register = false } = {}) =>
      send(
        address,
        sendTypes[register ? 'register' : 'bind'][address.includes('@') ? 'email' : 'sms'],
        scoped ? stateToken : undefined,
      ),
  }
}

const sendTypes = {
  bind: { sms: 'BIND_MOBILE_SMS', email: 'BIND_EMAIL_EMS' },
  register: { sms: 'REGISTER_SMS', email: 'REGISTER_EMS' },
} as const

function addressField(address: string): Record<string, string> {
  return address.includes('@') ? { email: address } : { mobile: address }
}

async function exchange(url: string, program: MiniProgramOptions, options: CallOptions): Promise<Reply> {
  const response = await fetch(url, {
    method: options.method ?? 'POST',
    headers: {
      'X-operating-sys-version': 'Android 10',
      'X-device-fingerprint': '156aysdna213sc50',
      'X-agent': 'test',
      'X-L': program.language ?? 'en',
      'X-client-id': program.clientId,
      'Content-Type': 'application/json',
      ...options.headers,
    },
    ...(options.body !== undefined && {
      body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body),
    }),
  })
  const text = await response.text()
  const body = text === '' ? {} : json.parse(JSON.parse(text))
  return {
    httpStatus: response.status,
    headers: response.headers,
    text,
    body,
    outcome: outcomeSchema.parse(body['error_code'] ?? body['status'] ?? 'OK'),
  }
}
