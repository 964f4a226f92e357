import { defineFindings } from '../platform/finding.ts'

/** What can be found about a gateway. */
export const gatewayFindings = defineFindings('gateway', {
  credentialsRight: {
    result: 'ok',
    en: { says: 'The vendor takes the credentials' },
    zh: { says: '供应商接受这组凭据' },
  },
  onlyReachable: {
    result: 'ok',
    en: { says: 'The server answers; credentials, signature and templates show only when a message is sent' },
    zh: { says: '服务器有应答；凭据、签名和模板要到实际发送时才能验证' },
  },
  mailServerTakesLogin: {
    result: 'ok',
    en: { says: 'The mail server takes user and password; no mail was sent' },
    zh: { says: '邮件服务器接受用户名和密码；没有发送邮件' },
  },
  mailServerAnswers: {
    result: 'ok',
    en: { says: 'The mail server answers; it is used without a user, and no mail was sent' },
    zh: { says: '邮件服务器有应答；未使用用户名登录，也没有发送邮件' },
  },
  mailLoginRefused: {
    result: 'problem',
    en: {
      says: 'The mail server refuses user or password ({0})',
      todo: 'Correct user and password; many providers want an app password in the place of one’s own',
    },
    zh: {
      says: '邮件服务器拒绝了用户名或密码（{0}）',
      todo: '更正用户名和密码；许多服务商要求使用授权码，而不是登录密码',
    },
  },
  mailNotEncrypted: {
    result: 'problem',
    en: {
      says: 'The connection to the mail server cannot be encrypted ({0})',
      todo: 'See whether security and port fit together (starttls 587, tls 465), and whose certificate it is; name a private authority in certificate_authority',
    },
    zh: {
      says: '与邮件服务器的连接无法加密（{0}）',
      todo: '检查 security 与 port 是否匹配（starttls 用 587，tls 用 465）以及证书；私有证书机构写入 certificate_authority',
    },
  },
  mailServerRefuses: {
    result: 'problem',
    en: {
      says: 'The mail server refuses this machine ({0})',
      todo: 'Ask its operator whether this machine may use it',
    },
    zh: { says: '邮件服务器拒绝了本机（{0}）', todo: '向邮件服务器的管理员确认本机是否允许使用' },
  },
  credentialsRefused: {
    result: 'problem',
    en: {
      says: 'The vendor refuses the credentials ({0})',
      todo: 'Copy key and secret from the vendor’s console again, and see that the key is not disabled',
    },
    zh: {
      says: '供应商拒绝了这组凭据（{0}）',
      todo: '从供应商控制台重新复制密钥，并确认密钥没有被停用',
    },
  },
  mayNotAsk: {
    result: 'not-decidable',
    en: {
      says: 'The key may not ask for states ({0}): not everything about account, signature and templates can be told',
      todo: 'Look at them in the vendor’s console; or let the key ask, as the configuration reference says',
    },
    zh: {
      says: '这个密钥没有查询权限（{0}），账号、签名和模板的状态不能全部判断',
      todo: '在供应商控制台查看；或按配置参考为密钥加上查询权限',
    },
  },
  clockDiffers: {
    result: 'problem',
    en: {
      says: 'The vendor refuses the time of this machine ({0})',
      todo: 'Set the clock of this machine right, and keep it so with NTP',
    },
    zh: { says: '供应商不接受本机时间（{0}）', todo: '校准本机时钟，并用 NTP 保持同步' },
  },
  otherError: {
    result: 'warning',
    en: {
      says: 'The vendor answers with an error ({0})',
      todo: 'Look the code up in the vendor’s documentation',
    },
    zh: { says: '供应商返回了错误（{0}）', todo: '在供应商文档中查这个错误码' },
  },
  unreadable: {
    result: 'not-decidable',
    en: {
      says: 'The vendor’s answer cannot be read (status {0})',
      todo: 'See whether endpoint is right and no proxy answers in its place; try again later',
    },
    zh: {
      says: '无法读懂供应商的应答（状态码 {0}）',
      todo: '检查 endpoint 是否正确、是否有代理代为应答；稍后重试',
    },
  },
  accountStopped: {
    result: 'problem',
    en: {
      says: 'The account at the vendor is {0}',
      todo: 'Look into the vendor’s console, or ask its support',
    },
    zh: { says: '供应商账号的状态是 {0}', todo: '查看供应商控制台，或联系其客服' },
  },
  notReachable: {
    result: 'not-reachable',
    en: {
      says: 'The server does not answer ({0})',
      todo: 'See whether host or URL is right, and let this machine reach it: name lookup, firewall, proxy, certificate',
    },
    zh: {
      says: '服务器没有应答（{0}）',
      todo: '检查主机名或 URL，并让本机能访问它：域名解析、防火墙、代理、证书',
    },
  },
  unusable: {
    result: 'problem',
    en: {
      says: 'Its settings cannot be used, and it is left out: {0}',
      todo: 'Correct them in the configuration file and apply it',
    },
    zh: { says: '设置无法使用，此通道已被跳过：{0}', todo: '更正配置文件并重新 apply' },
  },
  signatureApproved: {
    result: 'ok',
    en: { says: 'The signature {0} is approved' },
    zh: { says: '签名「{0}」已通过审核' },
  },
  signaturePending: {
    result: 'problem',
    en: {
      says: 'The signature {0} is still under review',
      todo: 'Wait for the vendor, or name one that is approved',
    },
    zh: { says: '签名「{0}」还在审核中', todo: '等待供应商审核，或改用已通过的签名' },
  },
  signatureRefused: {
    result: 'problem',
    en: {
      says: 'The signature {0} was refused or withdrawn',
      todo: 'Read the reason in the vendor’s console, and apply again',
    },
    zh: { says: '签名「{0}」未通过审核或已撤回', todo: '在供应商控制台查看原因并重新申请' },
  },
  signatureAbsent: {
    result: 'problem',
    en: {
      says: 'The account has no signature {0}',
      todo: 'Write it exactly as the vendor’s console lists it, without brackets',
    },
    zh: { says: '账号里没有签名「{0}」', todo: '与供应商控制台所列的完全一致地填写，不带括号' },
  },
  signatureUnlisted: {
    result: 'not-decidable',
    en: {
      says: 'The signature {0} is not among the first that the vendor lists',
      todo: 'Look at its state in the vendor’s console',
    },
    zh: { says: '签名「{0}」不在供应商列出的第一页里', todo: '在供应商控制台查看其状态' },
  },
  templateApproved: {
    result: 'ok',
    en: { says: 'The template {0} is approved' },
    zh: { says: '模板 {0} 已通过审核' },
  },
  templatePending: {
    result: 'problem',
    en: {
      says: 'The template {0} is still under review',
      todo: 'Wait for the vendor, or name one that is approved',
    },
    zh: { says: '模板 {0} 还在审核中', todo: '等待供应商审核，或改用已通过的模板' },
  },
  templateRefused: {
    result: 'problem',
    en: {
      says: 'The template {0} was refused or withdrawn',
      todo: 'Read the reason in the vendor’s console, and apply again',
    },
    zh: { says: '模板 {0} 未通过审核或已撤回', todo: '在供应商控制台查看原因并重新申请' },
  },
  templateAbsent: {
    result: 'problem',
    en: {
      says: 'The account has no template {0}',
      todo: 'Copy the id from the vendor’s console; domestic and international templates are told apart there',
    },
    zh: { says: '账号里没有模板 {0}', todo: '从供应商控制台复制模板编号；国内与国际模板是分开的' },
  },
  templateUnlisted: {
    result: 'not-decidable',
    en: {
      says: 'The template {0} is not among the first that the vendor lists',
      todo: 'Look at its state in the vendor’s console',
    },
    zh: { says: '模板 {0} 不在供应商列出的第一页里', todo: '在供应商控制台查看其状态' },
  },
})
