import { expect, type TestContext } from 'vitest'
import { savePolicy } from '../platform/policy/index.ts'
import { startServer, type TestServer, type TestServerOptions } from './server.ts'
import { registration } from '../sign-in/registration.ts'

export const MOBILE = '13800138000'
export const MAIL = 'li@example.com'
export const CODE_INCORRECT = 'IDAAS.SDK.CAPTCHA.0007'
export const REQUIRED = 'IDAAS.SDK.USER.9101'
export const MALFORMED = 'IDAAS.SDK.USER.9102'
export const NOT_YOURS = 'IDAAS.SDK.USER.9103'
export const NAME_TAKEN = 'IDAAS.SDK.USER.9104'

export const EVERYTHING = {
  user_name: 'lisi',
  name: '李四',
  head_img: 'https://example.com/li.png',
  attr_gender: 'male',
  attr_birthday: '1990-02-28',
  attr_nick_name: 'Xiao Li',
  mailing_address: '1 East Road',
  zip_code: '430000',
  first_name: 'Si',
  middle_name: 'M',
  last_name: 'Li',
  industry: 'Shipping',
}

export const ways = [
  {
    path: 'register/mobile-verify-code',
    field: 'mobile',
    address: MOBILE,
    type: 'REGISTER_SMS',
    closed: 'IDAAS.SDK.LOGIN.9011',
    registered: 'IDAAS.SDK.USER.9105',
  },
  {
    path: 'register/email-verify-code',
    field: 'email',
    address: MAIL,
    type: 'REGISTER_EMS',
    closed: 'IDAAS.SDK.LOGIN.9012',
    registered: 'IDAAS.SDK.USER.9106',
  },
] as const
export type Way = (typeof ways)[number]
export const [byMobile] = ways

export async function startOpen(t: TestContext, options?: TestServerOptions): Promise<TestServer> {
  const server = await startServer(t, options)
  await savePolicy(server.deployment.db, registration, { open: true })
  return server
}

export function openClient(server: TestServer, way: Way = byMobile, address: string = way.address) {
  const program = server.miniProgram()
  return {
    ...program,
    async code(): Promise<string> {
      expect(await program.send(address, way.type)).toMatchObject({ outcome: 'OK' })
      return program.newestCode(address)
    },
    register: (verifyCode: string, fields: object = {}) =>
      program.call(way.path, { body: { [way.field]: address, verify_code: verifyCode, ...fields } }),
  }
}

export function kindsOf(server: TestServer) {
  const { db } = server.deployment
  return db.selectFrom('audit_event').select(['kind', 'because', 'user_id']).orderBy('at').execute()
}
