import type { ConnectionDescription } from '../connections/index.ts'
import type { Application } from '../applications/index.ts'

const RS256_FOR_FIVE_MINUTES = { algorithm: 'RS256', subject: 'user_id', lifetimeSeconds: 300 } as const
const FIVE_DAYS = { lifetimeSeconds: 432_000, isRenewed: false } as const

/** The applications that stand ready in development. */
export const demoApplications: readonly Application[] = [
  {
    clientId: 'nTo1eRIub60vPb54WeE6aojPwYwImtl4',
    name: { zh: '演示应用', en: 'Demo, bind' },
    idToken: RS256_FOR_FIVE_MINUTES,
    session: FIVE_DAYS,
    origins: [],
    accessRules: [],
  },
  {
    clientId: 'demoBindOrRegister00000000000001',
    name: { zh: '演示应用(可注册)', en: 'Demo, bind or register' },
    idToken: RS256_FOR_FIVE_MINUTES,
    session: FIVE_DAYS,
    origins: [],
    accessRules: [],
  },
  {
    clientId: 'demoSameGroup0000000000000000001',
    name: { zh: '演示应用(同组)', en: 'Demo, same group' },
    idToken: RS256_FOR_FIVE_MINUTES,
    session: FIVE_DAYS,
    origins: [],
    accessRules: [],
  },
]

/** The open-platform account of two of the mini programs: a person has one unionid at both. */
const GROUP = 'demo-group'

/** Their mini programs, which the WeChat emulator knows. Nothing outside this machine does. */
export const demoConnections: readonly ConnectionDescription[] = [
  {
    id: '20260101000000000-DE30-000000001',
    kind: 'wechat-mini-program',
    name: 'Demo mini program, bind',
    appId: 'wx0000000000000001',
    appSecret: 'emulated-secret-of-mini-program-1',
    openPlatform: GROUP,
    whenUnbound: 'bind',
    secondIdentity: 'allow',
    requiresOwnCode: false,
    hasPhoneButton: true,
    clientIds: ['nTo1eRIub60vPb54WeE6aojPwYwImtl4'],
  },
  {
    id: '20260101000000000-DE30-000000002',
    kind: 'wechat-mini-program',
    name: 'Demo mini program, bind or register',
    appId: 'wx0000000000000002',
    appSecret: 'emulated-secret-of-mini-program-2',
    openPlatform: undefined,
    whenUnbound: 'bind_or_register',
    secondIdentity: 'allow',
    requiresOwnCode: false,
    hasPhoneButton: true,
    clientIds: ['demoBindOrRegister00000000000001'],
  },
  {
    id: '20260101000000000-DE30-000000003',
    kind: 'wechat-mini-program',
    name: 'Demo mini program, same group',
    appId: 'wx0000000000000003',
    appSecret: 'emulated-secret-of-mini-program-3',
    openPlatform: GROUP,
    whenUnbound: 'bind',
    secondIdentity: 'allow',
    requiresOwnCode: false,
    hasPhoneButton: true,
    clientIds: ['demoSameGroup0000000000000000001'],
  },
]

export const demoUser = {
  userName: 'zhangsan',
  name: '张三',
  mobile: '11012345678',
  email: 'zhangsan@qq.com',
  password: 'Ligature-2026',
  /** Of this password; making one anew would cost every start, and every test, as much as a login. */
  passwordHash:
    '$argon2id$v=19$m=19456,t=2,p=1$MowdPea2rSlVI6LZ2v6B/w$bZ1z5RxJzoHRts5+H029T83C9CkW3+j9Ga0iYI3zxlU',
}

/** Addresses with a fixed code, so that the first requests anybody tries work as they are printed. */
export const demoTestAddresses = [
  { address: '11012345678', verifyCode: '232326' },
  { address: 'zhangsan@qq.com', verifyCode: '123456' },
] as const
