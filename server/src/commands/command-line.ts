import { Command } from 'commander'
import {
  readSettings,
  type SettingDefinition,
  settingDefinitions,
  type SettingName,
  type Settings,
} from '../config.ts'
import type { ApplyFlags } from './apply.ts'
import type { DoctorFlags } from './doctor.ts'
import type { RestoreFrom } from './restore.ts'

const dataSettings: readonly SettingName[] = ['data', 'database']

const serverSettings: readonly SettingName[] = [
  'port',
  'host',
  ...dataSettings,
  'config',
  'publicUrl',
  'trustedProxies',
  'weChatApi',
  'log',
]

/** Every command, with its flags. Each loads only what it needs. */
export function commandLine(): Command {
  const program = new Command('ligature')
    .description('Self-hosted customer identity: every way a person signs in, tied into one user')
    .showHelpAfterError('Run it with --help to see what it takes.')
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'ligature: ')) })

  withFlags(program.command('dev'), serverSettings)
    .description('the whole flow on this machine: emulated WeChat, an inbox for codes, demo data')
    .action(async (flags: Flags) => (await import('./serve.ts')).serveDevelopment(settingsOf(flags)))
  withFlags(program.command('start'), serverSettings)
    .description('production')
    .action(async (flags: Flags) => (await import('./serve.ts')).serveProduction(settingsOf(flags)))

  withFlags(program.command('apply'), dataSettings)
    .requiredOption('-f, --file <file>', 'the configuration file')
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--prune', 'remove what the sections of the file do not name')
    .description('write a configuration file into the database, also while the server runs')
    .action(async (flags: Flags & ApplyFlags) => (await import('./apply.ts')).apply(settingsOf(flags), flags))

  addUserCommands(
    program
      .command('users')
      .description('import, show, group, disable, enable, unbind, delete users, reset their second factors'),
  )

  addKeyCommands(program.command('keys').description('show and change the keys of this deployment'))

  withFlags(program.command('explain'), dataSettings)
    .argument('<sign-in-id>', 'next.sign_in_id of the pending reply')
    .description('what happened in a sign-in, and why it ended as it did')
    // An id may begin with a hyphen, and then with the letter of any short option.
    .helpOption('--help', 'display help for command')
    .allowUnknownOption()
    .action(async (signInId: string, flags: Flags) =>
      (await import('./operate.ts')).explain(settingsOf(flags), signInId),
    )

  withFlags(program.command('messages'), dataSettings)
    .option('--hours <number>', 'how far to look back, at most 2160 (90 days)', '24')
    .description('what went out by each gateway, what did not and why, and what it cost')
    .action(async ({ hours, ...flags }: Flags & { readonly hours: string }) =>
      (await import('./operate.ts')).messages(settingsOf(flags), hours),
    )
  withFlags(program.command('doctor'), [...dataSettings, 'publicUrl', 'trustedProxies', 'weChatApi'])
    .option('--lang <language>', 'zh or en; otherwise as the system is set')
    .option('--json', 'one JSON object a line, for a program')
    .description('check WeChat, gateways, database, address and clock against the world outside')
    .action(async ({ lang, json, ...flags }: Flags & DoctorFlags) =>
      (await import('./doctor.ts')).doctor(settingsOf(flags), {
        ...(lang !== undefined && { lang }),
        ...(json !== undefined && { json }),
      }),
    )
  addDataCommands(program)
  return program
}

function addKeyCommands(keys: Command): void {
  withFlags(keys.command('show'), dataSettings)
    .description('every key with its state and times, and what is sealed under each data key')
    .action(async (flags: Flags) => (await import('./keys/keys.ts')).show(settingsOf(flags)))
  withFlags(keys.command('rotate'), dataSettings)
    .description('make the next signing keys, which take over by themselves; or the next data key')
    .option('--algorithm <name>', 'only the key of this algorithm: RS256, ES256 or EdDSA')
    .option('--data-key', 'make the next data key instead; all rows are sealed again under it')
    .option(
      '--danger-now',
      'for a stolen key: sign with a new one at once and refuse every id_token of the old',
    )
    .action(async (flags: Flags & { algorithm?: string; dataKey?: true; dangerNow?: true }) => {
      const { algorithm, dataKey, dangerNow } = flags
      const what = {
        ...(algorithm !== undefined && { algorithm }),
        dataKey: dataKey === true,
        dangerNow: dangerNow === true,
      }
      await (await import('./keys/keys.ts')).rotate(settingsOf(flags), what)
    })
  withFlags(keys.command('change-master-key'), dataSettings)
    .description('while no server runs: put another master key in the place of the one in use')
    .action(async (flags: Flags) => (await import('./keys/keys.ts')).changeMaster(settingsOf(flags)))
}

function addDataCommands(program: Command): void {
  withFlags(program.command('backup'), dataSettings)
    .requiredOption(
      '--to <file>',
      'the file to write; an older backup there is replaced when the new one is whole',
    )
    .description('copy the database of a running server to a file')
    .action(async ({ to, ...flags }: Flags & { to: string }) =>
      (await import('./backup.ts')).backUp(settingsOf(flags), to),
    )
  withFlags(program.command('restore'), dataSettings)
    .option('--from <file>', 'a backup, for a directory that is empty or holds the master key only')
    .option('--in-place', 'the data are there already: after pg_restore, or when a disk was put back')
    .description('put a backup in place, and end every session and code that was valid then')
    .action(async ({ from, inPlace, ...flags }: Flags & RestoreFrom) =>
      (await import('./restore.ts')).restore(settingsOf(flags), {
        ...(from !== undefined && { from }),
        ...(inPlace !== undefined && { inPlace }),
      }),
    )
  program
    .command('copy')
    .requiredOption(
      '--from <directory>',
      'the data directory of the deployment to copy; nothing may run on it',
    )
    .option('--to <url>', 'an empty PostgreSQL database, postgres://…; or in LIGATURE_DATABASE')
    .description('copy users and configuration from a directory to PostgreSQL, under another master key')
    .action(async ({ from, to }: { from: string; to?: string }) =>
      (await import('./copy.ts')).copy(settingsOf({ ...(to !== undefined && { database: to }) }), from),
    )
}

function addUserCommands(users: Command): void {
  withFlags(users.command('import'), dataSettings)
    .argument('<file>', 'JSON lines, or - for standard input')
    .description('import users, one JSON object a line')
    .action(async (file: string, flags: Flags) =>
      (await import('./operate.ts')).importFile(settingsOf(flags), file),
    )
  const onUser = 'id, user name, or verified mobile or email'
  withFlags(users.command('show'), dataSettings)
    .argument('<user>', onUser)
    .description('everything about one user, addresses in clear')
    .action(async (user: string, flags: Flags) =>
      (await import('./operate.ts')).show(settingsOf(flags), user),
    )
  withFlags(users.command('groups'), dataSettings)
    .argument('<user>', onUser)
    .argument('[group...]', 'the groups that he is in from now on; none: no group')
    .description('put a user into these groups and no others; access rules speak of them')
    .action(async (user: string, names: string[], flags: Flags) =>
      (await import('./operate.ts')).groups(settingsOf(flags), user, names),
    )
  withFlags(users.command('unbind'), dataSettings)
    .argument('<user>', onUser)
    .argument('<identity-id>', 'as users show lists it')
    .description('unbind a social account of a user; sessions that it opened end')
    .action(async (user: string, identityId: string, flags: Flags) =>
      (await import('./operate.ts')).unbind(settingsOf(flags), user, identityId),
    )
  withFlags(users.command('reset-mfa'), dataSettings)
    .argument('<user>', onUser)
    .description('remove every second factor of a user, recovery codes too; his sessions end')
    .action(async (user: string, flags: Flags) =>
      (await import('./operate.ts')).resetMfa(settingsOf(flags), user),
    )
  for (const change of ['disable', 'enable', 'delete'] as const) {
    withFlags(users.command(change), dataSettings)
      .argument('<user>', onUser)
      .description(changeDescriptions[change])
      .action(async (user: string, flags: Flags) =>
        (await import('./operate.ts')).change(settingsOf(flags), change, user),
      )
  }
}

const changeDescriptions = {
  disable: 'shut a user out at once; his sessions end',
  enable: 'let a disabled user sign in again',
  delete: 'remove a user with his addresses, identities and sessions',
} as const

type Flags = Readonly<Partial<Record<SettingName, string>>>

function withFlags(command: Command, names: readonly SettingName[]): Command {
  for (const name of names) {
    const definition: SettingDefinition = settingDefinitions[name]
    if (definition.flag === undefined) throw new Error(`${name} is given by its variable only`)
    command.option(
      `--${definition.flag} <value>`,
      `${definition.meaning} [${definition.variable}; default: ${definition.default}]`,
    )
  }
  return command
}

function settingsOf(flags: Flags): Settings {
  const byName = Object.fromEntries(
    (Object.keys(settingDefinitions) as SettingName[]).map((name) => {
      const definition: SettingDefinition = settingDefinitions[name]
      const attribute = definition.flag?.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
      return [name, Object.entries(flags).find(([key]) => key === attribute)?.[1]]
    }),
  )
  return readSettings(byName)
}
