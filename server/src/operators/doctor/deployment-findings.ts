import { defineFindings } from '../../platform/finding.ts'

export const clockFindings = defineFindings('clock', {
  right: {
    result: 'ok',
    en: { says: 'The clock agrees with {0} answers from outside' },
    zh: { says: '时钟与外部的 {0} 次应答一致' },
  },
  slow: {
    result: 'problem',
    en: {
      says: 'The clock of this machine is {0} seconds slow',
      todo: 'Set it right and keep it so with NTP: codes, tokens and signed requests go by it',
    },
    zh: {
      says: '本机时钟慢了 {0} 秒',
      todo: '校准并用 NTP 保持同步：验证码、令牌和签名请求都依赖它',
    },
  },
  fast: {
    result: 'problem',
    en: {
      says: 'The clock of this machine is {0} seconds fast',
      todo: 'Set it right and keep it so with NTP: codes, tokens and signed requests go by it',
    },
    zh: {
      says: '本机时钟快了 {0} 秒',
      todo: '校准并用 NTP 保持同步：验证码、令牌和签名请求都依赖它',
    },
  },
  unknown: {
    result: 'not-decidable',
    en: {
      says: 'No server outside was reached that tells the time',
      todo: 'Mend what is not reachable, and ask again',
    },
    zh: { says: '没有连上任何能报时的外部服务器', todo: '先处理无法连接的问题，再重新检查' },
  },
})

export const publicUrlFindings = defineFindings('public_url', {
  ours: {
    result: 'ok',
    en: { says: 'This deployment answers there' },
    zh: { says: '在那里应答的就是本部署' },
  },
  missing: {
    result: 'warning',
    en: {
      says: 'No public URL is given here',
      todo: 'Give it to `start` and to this command alike, by --public-url or LIGATURE_PUBLIC_URL: id_tokens are issued in its name',
    },
    zh: {
      says: '这里没有给出公开网址',
      todo: '用 --public-url 或 LIGATURE_PUBLIC_URL 同样地交给 `start` 和本命令：id_token 以它的名义签发',
    },
  },
  notHttps: {
    result: 'problem',
    en: {
      says: 'The public URL is not https',
      todo: 'Put a reverse proxy with TLS before the server: WeChat’s clients call nothing else',
    },
    zh: { says: '公开网址不是 https', todo: '在服务器前放一个带 TLS 的反向代理：微信客户端只调用 https' },
  },
  notReachable: {
    result: 'not-reachable',
    en: {
      says: 'It does not answer to this machine ({0})',
      todo: 'See whether the server runs, and look at DNS, certificate and proxy; some networks do not let a machine call itself by its public name',
    },
    zh: {
      says: '从本机访问没有应答（{0}）',
      todo: '检查服务器是否在运行，以及 DNS、证书和代理；有些网络不允许机器用公网域名访问自己',
    },
  },
  notLigature: {
    result: 'problem',
    en: {
      says: 'What answers there is no running Ligature (/live: status {0})',
      todo: 'Start the server, and let the proxy hand all paths over to it unchanged',
    },
    zh: {
      says: '在那里应答的不是运行中的 Ligature（/live 的状态码是 {0}）',
      todo: '启动服务器，并让代理把所有路径原样转交给它',
    },
  },
  withoutKeys: {
    result: 'problem',
    en: {
      says: 'The keys are not published there (status {0})',
      todo: 'Let the proxy hand /api/v1/oauth2/keys over: backends verify id_tokens with them',
    },
    zh: {
      says: '在那里取不到公钥（状态码 {0}）',
      todo: '让代理转交 /api/v1/oauth2/keys：业务后端用它验证 id_token',
    },
  },
  otherDeployment: {
    result: 'problem',
    en: {
      says: 'Another deployment answers there: none of its keys is ours',
      todo: 'Correct the public URL, or --data and --database, so that they belong together',
    },
    zh: {
      says: '在那里应答的是另一个部署：没有一把公钥是我们的',
      todo: '更正公开网址，或更正 --data 和 --database，让它们指向同一个部署',
    },
  },
  unknownDeployment: {
    result: 'not-decidable',
    en: {
      says: 'A Ligature answers there; whether it is this one shows only with the database',
      todo: 'Mend what is said about the database, and ask again',
    },
    zh: {
      says: '那里有 Ligature 应答；是不是本部署，要能读数据库才能判断',
      todo: '先处理数据库的问题，再重新检查',
    },
  },
})

export const databaseFindings = defineFindings('database', {
  answers: {
    result: 'ok',
    en: { says: '{0} answers in {1} ms; its tables are the newest' },
    zh: { says: '{0} 在 {1} 毫秒内应答，表结构是最新的' },
  },
  slow: {
    result: 'warning',
    en: {
      says: '{0} takes {1} ms for a statement that reads nothing',
      todo: 'Bring server and database closer together: a request asks several times in a row',
    },
    zh: {
      says: '{0} 执行一条空语句要 {1} 毫秒',
      todo: '让服务器和数据库离得更近：一次请求会连续访问数据库多次',
    },
  },
  cannotBeOpened: {
    result: 'problem',
    en: {
      says: 'The data cannot be opened: {0}',
      todo: 'Mend that first; most else cannot be looked at without',
    },
    zh: { says: '无法打开数据：{0}', todo: '请先解决它；没有数据，大部分项目都无法检查' },
  },
  before17: {
    result: 'warning',
    en: {
      says: 'PostgreSQL {0} has no transaction_timeout',
      todo: 'Upgrade to 17 or newer: before, a connection that falls silent in a transaction can hold its locks',
    },
    zh: {
      says: 'PostgreSQL {0} 没有 transaction_timeout',
      todo: '升级到 17 或更新版本：在此之前，事务中断线的连接可能一直占着锁',
    },
  },
  durable: {
    result: 'ok',
    en: { says: 'What was acknowledged survives a power cut, as it is set' },
    zh: { says: '按当前设置，已确认的数据在断电后不会丢失' },
  },
  notDurable: {
    result: 'problem',
    en: {
      says: 'A power cut can lose what was acknowledged: {0}',
      todo: 'Set it to on: a code that was used could be used again, and a user be lost',
    },
    zh: {
      says: '断电可能丢失已确认的数据：{0}',
      todo: '请设为 on：否则用过的验证码可能再次可用，用户也可能丢失',
    },
  },
  forDevelopment: {
    result: 'warning',
    en: {
      says: 'These are data of `dev`: its WeChat and its gateways are emulated and were not looked at',
      todo: 'Name the data of `start` with --data or --database',
    },
    zh: {
      says: '这是 `dev` 的数据：微信和通道都是模拟的，没有检查',
      todo: '用 --data 或 --database 指定 `start` 的数据',
    },
  },
})

export const keyFileFindings = defineFindings('key_file', {
  closed: {
    result: 'ok',
    en: { says: '{0} is for its owner only' },
    zh: { says: '{0} 只有所有者可读' },
  },
  inEnvironment: {
    result: 'ok',
    en: { says: 'The master key comes from the environment' },
    zh: { says: '主密钥来自环境变量' },
  },
  withoutModes: {
    result: 'not-decidable',
    en: {
      says: 'This system does not tell who may read a file',
      todo: 'Let only the user who runs the server read the data directory',
    },
    zh: { says: '本系统无法得知谁能读取文件', todo: '只允许运行服务器的用户读取数据目录' },
  },
  missing: {
    result: 'problem',
    en: {
      says: 'There is no {0}, and LIGATURE_MASTER_KEY is not set here',
      todo: 'Put the key back, or give this command the environment that `start` has',
    },
    zh: {
      says: '没有 {0}，这里也没有设置 LIGATURE_MASTER_KEY',
      todo: '把密钥放回原处，或让本命令使用与 `start` 相同的环境变量',
    },
  },
  readable: {
    result: 'problem',
    en: { says: 'Others may read {0} (mode {1})', todo: 'chmod 600 {0}' },
    zh: { says: '其他人能读取 {0}（权限 {1}）', todo: 'chmod 600 {0}' },
  },
  openDirectory: {
    result: 'problem',
    en: { says: 'Everybody on this machine may look into {0} (mode {1})', todo: 'chmod 700 {0}' },
    zh: { says: '本机所有用户都能进入 {0}（权限 {1}）', todo: 'chmod 700 {0}' },
  },
})

export const applicationFindings = defineFindings('application', {
  connected: {
    result: 'ok',
    en: { says: 'A connection is switched on for it' },
    zh: { says: '已为它开启连接' },
  },
  none: {
    result: 'problem',
    en: {
      says: 'There is no application: every call is refused',
      todo: 'Describe one in the configuration file and apply it',
    },
    zh: { says: '没有任何应用：所有调用都会被拒绝', todo: '在配置文件中写一个应用，再执行 apply' },
  },
  withoutConnection: {
    result: 'warning',
    en: {
      says: 'No connection is switched on for it: nobody signs in with WeChat there',
      todo: 'Name the application under applications of a connection',
    },
    zh: {
      says: '没有为它开启任何连接：无法用微信登录',
      todo: '在某个连接的 applications 下写上这个应用',
    },
  },
})

export const testAddressFindings = defineFindings('test_addresses', {
  none: { result: 'ok', en: { says: 'There are none' }, zh: { says: '没有测试地址' } },
  some: {
    result: 'warning',
    en: {
      says: 'These have a fixed code, and whoever knows it comes in: {0}',
      todo: 'Remove them when the review for which they were made is over',
    },
    zh: {
      says: '这些地址有固定验证码，知道的人都能登录：{0}',
      todo: '所需的审核结束后请删除',
    },
  },
})

export const proxyFindings = defineFindings('proxies', {
  trusted: {
    result: 'ok',
    en: { says: 'X-Forwarded-For is believed from {0}' },
    zh: { says: '信任来自 {0} 的 X-Forwarded-For' },
  },
  none: {
    result: 'ok',
    en: { says: 'None is trusted: a caller is who connects' },
    zh: { says: '没有信任任何代理：以实际连接的地址为准' },
  },
  untrusted: {
    result: 'warning',
    en: {
      says: 'The public URL is https, so a proxy stands before the server, but none is trusted here',
      todo: 'Name its address in --trusted-proxies: else all callers share one address and its budgets',
    },
    zh: {
      says: '公开网址是 https，说明服务器前有代理，但这里没有信任任何代理',
      todo: '在 --trusted-proxies 中写上它的地址：否则所有调用方共用一个地址和它的限额',
    },
  },
})
