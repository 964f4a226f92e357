import { defineFindings } from '../../platform/finding.ts'

/** What can be found about gateways and the policy `sending` together. */
export const sendingFindings = defineFindings('sending', {
  served: {
    result: 'ok',
    en: { says: 'Every purpose has a gateway in both languages, for area codes {0} and for email' },
    zh: { says: '区号 {0} 和邮箱的每种用途，两种语言都有通道' },
  },
  noGateway: {
    result: 'problem',
    en: {
      says: 'No gateway for SMS or email can be used: nobody can prove an address',
      todo: 'Describe one under gateways in the configuration file and apply it',
    },
    zh: {
      says: '没有可用的短信或邮件通道：谁也无法证明自己的号码或邮箱',
      todo: '在配置文件的 gateways 下写一个，再执行 apply',
    },
  },
  noSms: {
    result: 'warning',
    en: {
      says: 'No gateway for SMS can be used: mobile numbers are proved by the phone button only',
      todo: 'Describe one under gateways, unless nobody shall use SMS',
    },
    zh: {
      says: '没有可用的短信通道：手机号只能通过微信手机号按钮证明',
      todo: '在 gateways 下写一个短信通道；确实不用短信则可忽略',
    },
  },
  noEmail: {
    result: 'warning',
    en: {
      says: 'No gateway for email can be used: nobody can prove an email address',
      todo: 'Describe one of kind smtp under gateways, unless nobody shall use email',
    },
    zh: {
      says: '没有可用的邮件通道：谁也无法证明自己的邮箱',
      todo: '在 gateways 下写一个 kind 为 smtp 的通道；确实不用邮箱则可忽略',
    },
  },
  areaWithoutGateway: {
    result: 'problem',
    en: {
      says: 'Area code {0} is allowed, but no gateway serves it',
      todo: 'Add it to area_codes of a gateway, or take it out of sending.area_codes',
    },
    zh: {
      says: '允许向区号 {0} 发送，但没有通道服务它',
      todo: '把它加入某个通道的 area_codes，或从 sending.area_codes 中去掉',
    },
  },
  noTemplate: {
    result: 'problem',
    en: {
      says: 'No gateway has a template for {0} to area code {1}',
      todo: 'Name one under templates of a gateway: for {0} or as default',
    },
    zh: {
      says: '没有通道为 {0}（区号 {1}）配置模板',
      todo: '在某个通道的 templates 下为 {0} 指定模板，或指定 default',
    },
  },
  noTemplateInLanguage: {
    result: 'warning',
    en: {
      says: 'No gateway has a template for {0} to area code {1} in this language: {2}',
      todo: 'Name one for the language; callers who ask for it with X-L get no code',
    },
    zh: {
      says: '没有通道为 {0}（区号 {1}）配置这种语言的模板：{2}',
      todo: '为该语言指定模板；以 X-L 选择它的调用方收不到验证码',
    },
  },
  otherCurrency: {
    result: 'problem',
    en: {
      says: 'The gateway {0} is not used: its price is in {1}, and sending.spend_per_day is {2}',
      todo: 'Give price and spend_per_day in one currency',
    },
    zh: {
      says: '通道 {0} 不会被使用：它的 price 是 {1}，而 sending.spend_per_day 是 {2}',
      todo: '让 price 与 spend_per_day 使用同一种货币',
    },
  },
  withoutPrice: {
    result: 'warning',
    en: {
      says: 'The gateway {0} has no price, so what it sends does not count against sending.spend_per_day ({1})',
      todo: 'Give the gateway a price',
    },
    zh: {
      says: '通道 {0} 没有 price，它发送的短信不计入 sending.spend_per_day（{1}）',
      todo: '为这个通道写上 price',
    },
  },
})
