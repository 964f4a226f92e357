import { defineRefusals } from '../platform/refusal.ts'

export const userRefusals = defineRefusals({
  mobileMalformed: {
    code: 'IDAAS.SDK.USER.9001',
    en: 'This is not a mobile number that we can use',
    zh: '手机号格式不正确',
  },
  emailMalformed: {
    code: 'IDAAS.SDK.USER.9002',
    en: 'This is not an email address that we can use',
    zh: '邮箱格式不正确',
  },
})
