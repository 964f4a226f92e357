import { z } from 'zod'
import { StartError } from './platform/start-error.ts'

/** One process setting: how it is given, what it is when it is not, and what it means. */
export interface SettingDefinition {
  /** Without `--`; absent for a secret, which must not stand in a list of processes. */
  readonly flag?: string
  readonly variable: string
  /** For the reference; the value itself comes from the schema. */
  readonly default: string
  readonly meaning: string
}

/** Every process setting. The reference page is made from this table. */
export const settingDefinitions = {
  port: {
    flag: 'port',
    variable: 'LIGATURE_PORT',
    default: '3000',
    meaning: 'TCP port to listen on; 0 takes a free one.',
  },
  host: {
    flag: 'host',
    variable: 'LIGATURE_HOST',
    default: '127.0.0.1',
    meaning: 'Address to listen on. TLS is a reverse proxy’s work, so the default reaches this machine only.',
  },
  data: {
    flag: 'data',
    variable: 'LIGATURE_DATA',
    default: './data (dev: ./data-dev)',
    meaning: 'Directory of the database and, unless the environment holds it, of the master key.',
  },
  database: {
    flag: 'database',
    variable: 'LIGATURE_DATABASE',
    default: 'the embedded database in the data directory',
    meaning:
      'postgres://user:password@host:5432/database, for production on several machines. The master key then comes from the environment.',
  },
  config: {
    flag: 'config',
    variable: 'LIGATURE_CONFIG',
    default: 'none',
    meaning:
      'Configuration file of `dev` and `start`, applied at each start before requests are served; nothing is removed by it.',
  },
  publicUrl: {
    flag: 'public-url',
    variable: 'LIGATURE_PUBLIC_URL',
    default: 'http://HOST:PORT',
    meaning:
      'Where clients reach this server. The issuer of every id_token is made from it, never from a request.',
  },
  trustedProxies: {
    flag: 'trusted-proxies',
    variable: 'LIGATURE_TRUSTED_PROXIES',
    default: 'none',
    meaning: 'Addresses or networks, separated by commas, whose X-Forwarded-For is believed.',
  },
  masterKey: {
    variable: 'LIGATURE_MASTER_KEY',
    default: 'the file master.key in the data directory, made at the first start',
    meaning:
      'The key that everything at rest is encrypted under: 32 bytes in base64. Without it the database cannot be read.',
  },
  newMasterKey: {
    variable: 'LIGATURE_NEW_MASTER_KEY',
    default: 'none; where the key is a file, a new one is made',
    meaning:
      'The key that `keys change-master-key` puts in the place of the master key: 32 bytes in base64. Nothing else reads it.',
  },
  fromMasterKey: {
    variable: 'LIGATURE_FROM_MASTER_KEY',
    default: 'the file master.key in the directory that is copied',
    meaning: 'For `copy`: the master key of the deployment that is copied, where it is in no file.',
  },
  weChatApi: {
    flag: 'wechat-api',
    variable: 'LIGATURE_WECHAT_API',
    default: 'https://api.weixin.qq.com (dev: the emulator)',
    meaning: 'Where WeChat’s server API answers. https, or a loopback address.',
  },
  metricsToken: {
    variable: 'LIGATURE_METRICS_TOKEN',
    default: 'none: only callers on this machine read /metrics',
    meaning:
      'What Prometheus presents as its bearer token to read /metrics: 16 or more characters, no blanks among them.',
  },
  log: {
    flag: 'log',
    variable: 'LIGATURE_LOG',
    default: 'json (dev: readable)',
    meaning: 'json, readable or silent, on standard error.',
  },
} as const satisfies Record<string, SettingDefinition>

export type SettingName = keyof typeof settingDefinitions

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
)

const schemas = {
  port: z.coerce.number().int().min(0).max(65535).default(3000),
  host: z.string().min(1).default('127.0.0.1'),
  data: z.string().min(1).optional(),
  database: z
    .string()
    .regex(/^postgres(?:ql)?:\/\//)
    .optional(),
  config: z.string().min(1).optional(),
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  trustedProxies: list.pipe(z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]))).default([]),
  masterKey: z.string().optional(),
  newMasterKey: z.string().optional(),
  fromMasterKey: z.string().optional(),
  weChatApi: z
    .string()
    .refine((text) => isHttpsOrLoopback(text))
    .transform((text) => new URL(text))
    .optional(),
  metricsToken: z
    .string()
    .regex(/^[\x21-\x7e]{16,}$/)
    .optional(),
  log: z.enum(['json', 'readable', 'silent']).optional(),
} satisfies Record<SettingName, z.ZodType>

const settingsSchema = z.object(schemas)

/** The process settings, read and checked. */
export type Settings = z.infer<typeof settingsSchema>

/**
 * Reads the process settings: flags first, then the environment.
 *
 * @param flags by setting name, as the command line gave them
 * @throws {StartError} naming every wrong value and every variable that begins with `LIGATURE_` and means nothing
 */
export function readSettings(
  flags: Readonly<Partial<Record<SettingName, string>>>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Settings {
  const names = Object.keys(settingDefinitions) as SettingName[]
  const variables = new Set<string>(names.map((name) => settingDefinitions[name].variable))
  const unknown = Object.keys(environment).filter(
    (name) => name.startsWith('LIGATURE_') && !name.startsWith('LIGATURE_TEST_') && !variables.has(name),
  )
  const given = Object.fromEntries(
    names.map((name) => [name, flags[name] ?? environment[settingDefinitions[name].variable]]),
  )

  const parsed = settingsSchema.safeParse(given)
  const wrong = parsed.success ? [] : parsed.error.issues.map((issue) => describe(String(issue.path[0])))
  const complaints = [...unknown.map((name) => `${name} is not a setting`), ...new Set(wrong)]
  if (!parsed.success || complaints.length > 0) throw new StartError(complaints.join('\n'))
  return parsed.data
}

/** A variable of the environment that is no setting of ours: what a configuration file takes a secret from. */
export function readVariable(name: string): string | undefined {
  return process.env[name]
}

function describe(name: string): string {
  const definition: SettingDefinition | undefined = Object.entries(settingDefinitions).find(
    ([key]) => key === name,
  )?.[1]
  if (definition === undefined) return `${name} is not a setting`
  const flag = definition.flag === undefined ? '' : `--${definition.flag} or `
  return `${flag}${definition.variable} is not what it should be: ${definition.meaning}`
}

function isHttpsOrLoopback(text: string): boolean {
  const url = URL.parse(text)
  if (url === null) return false
  return (
    url.protocol === 'https:' ||
    (url.protocol === 'http:' && /^(127\.|localhost$|\[::1\]$)/.test(url.hostname))
  )
}
