import { defineFindings } from '../platform/finding.ts'

/** What can be found about a connection to WeChat. */
export const connectionFindings = defineFindings('connection', {
  credentialsRight: {
    result: 'ok',
    en: { says: 'WeChat takes the AppID, the AppSecret and the IP of this machine' },
    zh: { says: '微信接受 AppID、AppSecret 和本机 IP' },
  },
  appIdWrong: {
    result: 'problem',
    en: {
      says: 'WeChat knows no such AppID (errcode 40013)',
      todo: 'Copy the AppID from the mini program’s console (mp.weixin.qq.com: Development, Development Settings) into the configuration file and apply it',
    },
    zh: {
      says: '微信不认识这个 AppID（errcode 40013）',
      todo: '从小程序后台（mp.weixin.qq.com「开发管理 → 开发设置」）复制 AppID 到配置文件，再执行 apply',
    },
  },
  secretWrong: {
    result: 'problem',
    en: {
      says: 'WeChat refuses the AppSecret (errcode {0})',
      todo: 'Use the AppSecret of this very AppID; if nobody has it any more, reset it in the console, in every place that uses it at once',
    },
    zh: {
      says: '微信拒绝这个 AppSecret（errcode {0}）',
      todo: '请使用与此 AppID 对应的 AppSecret；若已无人保存，在小程序后台重置，并同时更新所有使用它的地方',
    },
  },
  secretFrozen: {
    result: 'problem',
    en: {
      says: 'The AppSecret is frozen (errcode 40243)',
      todo: 'Unfreeze it in the console: Development, Development Settings',
    },
    zh: {
      says: 'AppSecret 已被冻结（errcode 40243）',
      todo: '在小程序后台「开发管理 → 开发设置」中解冻',
    },
  },
  ipNotAllowed: {
    result: 'problem',
    en: {
      says: 'This machine is not on WeChat’s IP allow list (errcode 40164); WeChat sees it as {0}',
      todo: 'Add {0} in the console: Development, Development Settings, IP allow list; and the address of every other instance',
    },
    zh: {
      says: '本机不在微信的 IP 白名单里（errcode 40164），微信看到的地址是 {0}',
      todo: '在小程序后台「开发管理 → 开发设置 → IP 白名单」加入 {0}，以及其他每个实例的出口地址',
    },
  },
  unknownIpNotAllowed: {
    result: 'problem',
    en: {
      says: 'This machine is not on WeChat’s IP allow list (errcode 40164)',
      todo: 'Add the address with which this machine reaches the internet in the console: Development, Development Settings, IP allow list',
    },
    zh: {
      says: '本机不在微信的 IP 白名单里（errcode 40164）',
      todo: '在小程序后台「开发管理 → 开发设置 → IP 白名单」加入本机访问外网的出口地址',
    },
  },
  ipNotConfirmed: {
    result: 'problem',
    en: {
      says: 'The administrator of the mini program has not confirmed this machine’s IP (errcode {0})',
      todo: 'Have the administrator confirm the request that WeChat sent to his phone, or add the IP to the allow list',
    },
    zh: {
      says: '小程序管理员还没有确认本机 IP（errcode {0}）',
      todo: '请管理员在手机上确认微信发出的请求，或把 IP 加入白名单',
    },
  },
  misconfigured: {
    result: 'problem',
    en: {
      says: 'WeChat refuses the mini program: {0}',
      todo: 'Look the errcode up in WeChat’s documentation, and mend it in the console',
    },
    zh: {
      says: '微信拒绝了这个小程序：{0}',
      todo: '在微信文档中查这个 errcode，并在小程序后台处理',
    },
  },
  busy: {
    result: 'not-decidable',
    en: {
      says: 'WeChat does not say: {0}',
      todo: 'Try again in a few minutes; if it stays so, look at the quota of calls in the console',
    },
    zh: {
      says: '微信没有给出结论：{0}',
      todo: '几分钟后重试；若一直如此，请在小程序后台查看接口调用额度',
    },
  },
  notReachable: {
    result: 'not-reachable',
    en: {
      says: 'WeChat does not answer ({0})',
      todo: 'Let this machine reach api.weixin.qq.com by HTTPS: name lookup, firewall, proxy',
    },
    zh: {
      says: '微信没有应答（{0}）',
      todo: '让本机能通过 HTTPS 访问 api.weixin.qq.com：检查域名解析、防火墙和代理',
    },
  },
  phoneAllowed: {
    result: 'ok',
    en: { says: 'The mini program may ask for phone numbers' },
    zh: { says: '小程序有获取手机号的权限' },
  },
  phoneNotAllowed: {
    result: 'problem',
    en: {
      says: 'phone_button is on, but the mini program may not ask for phone numbers (errcode {0})',
      todo: 'The component is for verified accounts that are no individual’s: get it in the console, or switch phone_button off',
    },
    zh: {
      says: '已开启 phone_button，但小程序没有获取手机号的权限（errcode {0}）',
      todo: '该能力仅对已认证的非个人主体开放：请在小程序后台开通，或关闭 phone_button',
    },
  },
  phoneUnclear: {
    result: 'not-decidable',
    en: {
      says: 'Whether the mini program may ask for phone numbers cannot be told: {0}',
      todo: 'Mend what is said above about this connection, and try again',
    },
    zh: {
      says: '无法判断小程序是否有获取手机号的权限：{0}',
      todo: '先处理上面关于此连接的问题，再重试',
    },
  },
  unionComes: {
    result: 'ok',
    en: { says: 'unionid comes: {0} of the {1} people who were bound last have one' },
    zh: { says: '能收到 unionid：最近绑定的 {1} 人中有 {0} 人带有' },
  },
  unionCame: {
    result: 'ok',
    en: { says: 'unionid comes: the newest sign-in brought one' },
    zh: { says: '能收到 unionid：最近一次登录带有' },
  },
  unionNotNeeded: {
    result: 'ok',
    en: { says: 'unionid is not needed: the connection names no open_platform' },
    zh: { says: '不需要 unionid：此连接没有设置 open_platform' },
  },
  unionUnknown: {
    result: 'not-decidable',
    en: {
      says: 'Whether unionid comes cannot be told before the first sign-in',
      todo: 'Sign in once with the mini program, and ask again',
    },
    zh: {
      says: '首次登录之前无法判断能否收到 unionid',
      todo: '用小程序登录一次，再重新检查',
    },
  },
  unionMissing: {
    result: 'problem',
    en: {
      says: 'The connection names an open_platform, but no sign-in has brought a unionid',
      todo: 'Add the mini program to the Open Platform account (open.weixin.qq.com: Management Center, Mini Programs)',
    },
    zh: {
      says: '此连接设置了 open_platform，但没有一次登录带来 unionid',
      todo: '把小程序绑定到微信开放平台账号（open.weixin.qq.com「管理中心 → 小程序」）',
    },
  },
  unionStopped: {
    result: 'warning',
    en: {
      says: 'The newest sign-in brought no unionid, though earlier ones did',
      todo: 'See whether the mini program is still bound to the Open Platform account (open.weixin.qq.com)',
    },
    zh: {
      says: '最近一次登录没有带来 unionid，而以前的登录有',
      todo: '检查小程序是否仍绑定在微信开放平台账号下（open.weixin.qq.com）',
    },
  },
})
