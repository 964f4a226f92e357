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
  attributeRequired: {
    code: 'IDAAS.SDK.USER.9101',
    en: '{0} cannot be empty',
    zh: '{0}不能为空',
  },
  /** Not what such an attribute is like, or not what the operator's pattern asks for. */
  attributeMalformed: {
    code: 'IDAAS.SDK.USER.9102',
    en: '{0} does not match the rule',
    zh: '{0}不符合规则',
  },
  /** A custom attribute that only the operator sets. */
  attributeNotYours: {
    code: 'IDAAS.SDK.USER.9103',
    en: '{0} cannot be changed by the user',
    zh: '{0}不允许用户修改',
  },
  /** When registering, told only after a right code, which stays good for another user name. */
  userNameTaken: {
    code: 'IDAAS.SDK.USER.9104',
    en: 'This user name is taken',
    zh: '用户名已被占用',
  },
  /** Told only to somebody who has proved the address. */
  mobileRegistered: {
    code: 'IDAAS.SDK.USER.9105',
    en: 'This mobile number is registered already',
    zh: '该手机号已注册',
  },
  /** The same for an email. */
  emailRegistered: {
    code: 'IDAAS.SDK.USER.9106',
    en: 'This email is registered already',
    zh: '该邮箱已注册',
  },
  /** With `Retry-After`: by asking for one name after the other anybody could learn who is a user here. */
  tooManyUserNames: {
    code: 'IDAAS.SDK.USER.9107',
    en: 'Too many user names were asked for, please try again later',
    zh: '尝试的用户名过多，请稍后再试',
  },
})
