import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cases, userStore } from './testing/floor-plan-cases.ts'
import { readSource, type Source } from './testing/read-source.ts'

/** The rooms, in order: a room enters those before it. */
const ROOMS = [
  'audit',
  'tokens',
  'applications',
  'users',
  'messages',
  'human-check',
  'verifications',
  'connections',
  'credentials',
  'sessions',
  'access',
  'sign-in',
  'self-service',
  'oidc',
  'configuration',
  'operators',
  'development',
]

/** What else `server/src` holds: what the rooms stand on, what stands around them, and the tests' own. */
const OTHER_FOLDERS = ['platform', 'commands', 'testing']

const SOURCES = 'server/src/'
const PLATFORM = 'server/src/platform/'
const TESTING = 'server/src/testing/'

interface Arrow {
  readonly from: string
  /** A path in the repository, or the name of a package. */
  readonly to: string
}

interface Rule {
  readonly says: string
  /** Whether tests and what only they use are free of it. */
  readonly isForTestsToo: boolean
  isBrokenBy(arrow: Arrow): boolean
}

const rules: readonly Rule[] = [
  {
    says: 'only stores and platform/db use kysely',
    isForTestsToo: false,
    isBrokenBy: ({ from, to }) => /^kysely(?:\/|$)/.test(to) && !speaksToDatabase(from),
  },
  {
    says: 'a room is entered by its index.ts',
    isForTestsToo: true,
    isBrokenBy: ({ from, to }) => isOtherRoom(from, to) && !isDoor(to) && !isEndpoints(to),
  },
  {
    says: 'only app.ts and sdk-endpoints.ts take the endpoints of a room',
    isForTestsToo: true,
    isBrokenBy: ({ from, to }) =>
      isOtherRoom(from, to) &&
      isEndpoints(to) &&
      ![`${SOURCES}app.ts`, `${SOURCES}sdk-endpoints.ts`].includes(from),
  },
  {
    says: 'a room enters only rooms above it',
    isForTestsToo: true,
    isBrokenBy: ({ from, to }) => isOtherRoom(from, to) && isRoom(roomOf(from)) && place(to) > place(from),
  },
  {
    says: 'a room knows nothing of what stands around the rooms',
    isForTestsToo: false,
    isBrokenBy: ({ from, to }) => isRoom(roomOf(from)) && isAroundRooms(to),
  },
  {
    says: 'the platform knows nothing of identity or of settings',
    isForTestsToo: true,
    isBrokenBy: ({ from, to }) => from.startsWith(PLATFORM) && (isRoom(roomOf(to)) || isAroundRooms(to)),
  },
  {
    says: 'config.ts knows the platform only',
    isForTestsToo: false,
    isBrokenBy: ({ from, to }) =>
      from === `${SOURCES}config.ts` && to.startsWith(SOURCES) && !to.startsWith(PLATFORM),
  },
  {
    says: 'what knows the wire knows no SQL',
    isForTestsToo: true,
    isBrokenBy: ({ from, to }) => from.endsWith('.http.ts') && to.endsWith('.store.ts'),
  },
  {
    says: 'only tests use testing/',
    isForTestsToo: false,
    isBrokenBy: ({ to }) => to.startsWith(TESTING),
  },
  {
    says: 'nothing imports main.ts',
    isForTestsToo: true,
    isBrokenBy: ({ to }) => to === `${SOURCES}main.ts`,
  },
  {
    says: 'a migration knows only its helper, for it must still run in five years',
    isForTestsToo: false,
    isBrokenBy: ({ from, to }) =>
      from.startsWith('server/migrations/') && to.startsWith(SOURCES) && to !== `${PLATFORM}db/migration.ts`,
  },
  {
    says: 'tools reach the rooms through app.ts',
    isForTestsToo: true,
    isBrokenBy: ({ from, to }) => from.startsWith('tools/') && isRoom(roomOf(to)),
  },
  {
    says: 'what is imported can be read without running it',
    isForTestsToo: true,
    isBrokenBy: ({ to }) => to === 'a computed path',
  },
]

/**
 * Every place where sources break the plan of the house, as `a.ts -> b.ts: rule`.
 *
 * @param files by path in the repository
 */
function violations(files: ReadonlyMap<string, string>): readonly string[] {
  const sources = [...files].map(([path, text]) => [path, readSource(path, text)] as const)
  const owners = new Map(
    sources.flatMap(([path, { declares }]) => declares.map((each) => [each, roomOf(path)])),
  )
  return sources.flatMap(([path, source]) => [
    ...unknownPlace(path),
    ...source.imports.flatMap((to) =>
      rules
        .filter((rule) => rule.isForTestsToo || !isOfTests(path))
        .filter((rule) => rule.isBrokenBy({ from: path, to }))
        .map((rule) => `${path} -> ${to}: ${rule.says}`),
    ),
    ...(isOfTests(path) ? [] : reaches(path, source, owners)),
  ])
}

function unknownPlace(path: string): readonly string[] {
  const folder = roomOf(path)
  if (folder === '' || isRoom(folder) || OTHER_FOLDERS.includes(folder)) return []
  return [`${path} -> ${folder}/: no room of this name is on the list`]
}

function reaches(path: string, source: Source, owners: ReadonlyMap<string, string>): readonly string[] {
  const found: string[] = []
  if (source.readsEnvironment && path.startsWith('server/') && path !== `${SOURCES}config.ts`) {
    found.push(`${path} -> process.env: only config.ts reads it`)
  }
  if (!path.startsWith(SOURCES)) return found
  if (source.isQuerying && !speaksToDatabase(path)) {
    found.push(`${path} -> the database: only stores and platform/db speak to it`)
  }
  for (const table of source.tables) {
    const owner = owners.get(table)
    if (owner === undefined) found.push(`${path} -> table ${table}: no store declares it`)
    else if (owner !== roomOf(path)) found.push(`${path} -> table ${table}: only ${owner} names it`)
  }
  return found
}

function speaksToDatabase(path: string): boolean {
  return path.endsWith('.store.ts') || path.startsWith(`${PLATFORM}db/`)
}

function isOfTests(path: string): boolean {
  return path.endsWith('.test.ts') || path.startsWith(TESTING)
}

/** The folder of `server/src` that holds a path; empty when none does. */
function roomOf(path: string): string {
  return /^server\/src\/([^/]+)\//.exec(path)?.[1] ?? ''
}

function isRoom(folder: string): boolean {
  return ROOMS.includes(folder)
}

function place(path: string): number {
  return ROOMS.indexOf(roomOf(path))
}

function isOtherRoom(from: string, to: string): boolean {
  const isFromTesting = from.startsWith(TESTING)
  return isRoom(roomOf(to)) && roomOf(from) !== roomOf(to) && from.startsWith(SOURCES) && !isFromTesting
}

function isDoor(path: string): boolean {
  return path === `${SOURCES}${roomOf(path)}/index.ts`
}

function isEndpoints(path: string): boolean {
  return path === `${SOURCES}${roomOf(path)}/endpoints.ts`
}

/** `main.ts`, `app.ts`, `config.ts` and their like, and the commands. */
function isAroundRooms(path: string): boolean {
  return path.startsWith(SOURCES) && ['', 'commands'].includes(roomOf(path))
}

test('the sources keep to the plan of the house', () => {
  const root = join(import.meta.dirname, '../..')
  const paths = globSync(['server/src/**/*.ts', 'server/migrations/*.ts', 'tools/**/*.ts'], { cwd: root })
  const files = new Map(
    paths.map((path) => [path.replaceAll('\\', '/'), readFileSync(join(root, path), 'utf8')] as const),
  )

  expect(files.size).toBeGreaterThan(100)
  expect(violations(files)).toEqual([])
})

test.each(cases.map((each) => [each.broken[0], each.found, each] as const))('%s -> %s', (_, found, made) => {
  const user = ['server/src/users/user.store.ts', userStore] as const
  const [path, text] = made.broken

  expect(violations(new Map([user, [path, text]]))).toEqual([`${path} -> ${found}`])
  for (const kept of made.kept) expect(violations(new Map([user, kept]))).toEqual([])
})
