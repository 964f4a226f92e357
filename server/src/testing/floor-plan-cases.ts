import { posix } from 'node:path'

/** A path and a text. */
type Made = readonly [path: string, text: string]

interface Case {
  /** A source that breaks one rule, given that `users` declares the table `user`. */
  readonly broken: Made
  /** What must be found, after the arrow from that source. */
  readonly found: string
  /** Sources that come close and break none. */
  readonly kept: readonly Made[]
}

export const userStore = `declare module '../platform/db/tables.ts' { interface Tables { readonly user: { id: string } } }`

/** Made-up sources for the rules of the floor plan; their paths are given from `server/src`. */
const madeCases: readonly Case[] = [
  {
    broken: ['users/a.ts', `import type { Kysely } from 'kysely'`],
    found: 'kysely: only stores and platform/db use kysely',
    kept: [
      ['users/user.store.ts', `import { sql } from 'kysely'`],
      ['platform/db/a.ts', `export { Migrator } from 'kysely/migration'`],
      ['users/a.test.ts', `import 'kysely'`],
      ['users/a.ts', `import type { Db, Tx } from '../platform/db/index.ts'`],
    ],
  },
  {
    broken: ['users/a.ts', `export const a = (db: Db) => db.selectFrom('user').execute()`],
    found: 'the database: only stores and platform/db speak to it',
    kept: [
      ['users/a.ts', `await deps.db.transaction().execute(async (tx) => users.find(tx))`],
      ['users/user.store.ts', `${userStore}; db.selectFrom('user as u').innerJoin('user', 'a', 'b')`],
    ],
  },
  {
    broken: ['users/a.ts', 'await sql`select 1`.execute(db)'],
    found: 'the database: only stores and platform/db speak to it',
    kept: [['users/user.store.ts', 'await sql`select 1`.execute(db)']],
  },
  {
    broken: ['sign-in/a.ts', `export * from '../users/find-user.ts'`],
    found: 'server/src/users/find-user.ts: a room is entered by its index.ts',
    kept: [
      ['sign-in/a.ts', `export * from '../users/index.ts'; import './b.ts'`],
      ['connections/apple/a.ts', `import '../refusals.ts'; import '../../users/index.ts'`],
    ],
  },
  {
    broken: ['commands/a.ts', `(await import('../users/find-user.ts')).findUser()`],
    found: 'server/src/users/find-user.ts: a room is entered by its index.ts',
    kept: [['commands/a.ts', `await import('../users/index.ts')`]],
  },
  {
    broken: ['sign-in/a.ts', `import '../sessions/endpoints.ts'`],
    found: 'server/src/sessions/endpoints.ts: only app.ts and sdk-endpoints.ts take the endpoints of a room',
    kept: [
      ['app.ts', `import './sessions/endpoints.ts'; import './sessions/index.ts'`],
      ['sdk-endpoints.ts', `import './sessions/endpoints.ts'; import './sessions/index.ts'`],
    ],
  },
  {
    broken: ['users/a.ts', `type S = import('../sign-in/index.ts').SignIn`],
    found: 'server/src/sign-in/index.ts: a room enters only rooms above it',
    kept: [['sign-in/a.ts', `type U = import('../users/index.ts').User`]],
  },
  {
    broken: ['users/a.ts', `import type { Settings } from '../config.ts'`],
    found: 'server/src/config.ts: a room knows nothing of what stands around the rooms',
    kept: [['app.ts', `import type { Settings } from './config.ts'`]],
  },
  {
    broken: ['platform/http/a.ts', `import type { User } from '../../users/index.ts'`],
    found: 'server/src/users/index.ts: the platform knows nothing of identity or of settings',
    kept: [['platform/http/a.ts', `import '../clock.ts'; import 'fastify'`]],
  },
  {
    broken: ['config.ts', `import './users/index.ts'`],
    found: 'server/src/users/index.ts: config.ts knows the platform only',
    kept: [['config.ts', `import './platform/start-error.ts'`]],
  },
  {
    broken: ['users/a.http.ts', `import type { Row } from './user.store.ts'`],
    found: 'server/src/users/user.store.ts: what knows the wire knows no SQL',
    kept: [['users/a.ts', `import type { Row } from './user.store.ts'`]],
  },
  {
    broken: ['users/a.ts', `import '../testing/server.ts'`],
    found: 'server/src/testing/server.ts: only tests use testing/',
    kept: [
      ['users/a.test.ts', `import '../testing/server.ts'`],
      ['testing/a.ts', `import './server.ts'; import '../users/find-user.ts'; import '../app.ts'`],
    ],
  },
  {
    broken: ['users/a.test.ts', `import '../main.ts'`],
    found: 'server/src/main.ts: nothing imports main.ts',
    kept: [['main.ts', `import './commands/command-line.ts'`]],
  },
  {
    broken: ['../migrations/0001-a.ts', `import { now } from '../src/platform/clock.ts'`],
    found:
      'server/src/platform/clock.ts: a migration knows only its helper, for it must still run in five years',
    kept: [
      ['../migrations/0001-a.ts', `import { sql } from '../src/platform/db/migration.ts'; import 'node:fs'`],
    ],
  },
  {
    broken: ['../../tools/a.ts', `import '../server/src/users/index.ts'`],
    found: 'server/src/users/index.ts: tools reach the rooms through app.ts',
    kept: [['../../tools/a.ts', `import '../server/src/app.ts'; process.env['CI']`]],
  },
  {
    broken: ['users/a.ts', `const a = await import(name)`],
    found: 'a computed path: what is imported can be read without running it',
    kept: [['users/a.ts', `const a = await import('libphonenumber-js/mobile')`]],
  },
  {
    broken: ['accounts/a.ts', ''],
    found: 'accounts/: no room of this name is on the list',
    kept: [['oidc/a.ts', '']],
  },
  ...[
    `a = process.env`,
    `const { env } = process`,
    `import { env } from 'node:process'`,
    `a = process['env']`,
  ].map((text) => ({
    broken: ['users/a.ts', text] as const,
    found: 'process.env: only config.ts reads it',
    kept: [
      ['config.ts', text],
      ['users/a.test.ts', text],
      ['users/a.ts', `process.environment; const { env } = deps`],
    ] as const,
  })),
  ...[`innerJoin('user as u', 'a', 'b')`, `using(['user'])`].map((more) => ({
    broken: ['sessions/session.store.ts', `db.deleteFrom('session').${more}; ${session()}`] as const,
    found: 'table user: only users names it',
    kept: [
      ['sessions/session.store.ts', `db.selectFrom('session'); Buffer.from('user'); ${session()}`],
    ] as const,
  })),
  {
    broken: ['sessions/session.store.ts', 'sql`update user set a = 1`'],
    found: 'table user: only users names it',
    kept: [['users/b.store.ts', 'sql`update user set a = 1`']],
  },
  {
    broken: ['users/b.store.ts', `db.with('live', (q) => q.selectFrom('usr')).selectFrom('live')`],
    found: 'table usr: no store declares it',
    kept: [['users/b.store.ts', `db.with('live(id)', (q) => q.selectFrom('user')).selectFrom('live')`]],
  },
]

function session(): string {
  return userStore.replace('user', 'session')
}

export const cases: readonly Case[] = madeCases.map(({ broken, found, kept }) => ({
  broken: inSources(broken),
  found,
  kept: kept.map(inSources),
}))

function inSources([path, text]: Made): Made {
  return [posix.join('server/src', path), text]
}
