import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { slowness } from './server/src/testing/slowness.ts'
import { LongestFirst } from './tools/longest-first.ts'

/** How long a test may take that says nothing else. */
const LONGEST_MS = 20_000

/** What is asked of the server over HTTP must hold on either store. */
const onBothStores = [
  'server/src/{access,human-check,sign-in,sessions,self-service,verifications,configuration,operators}/**/*.test.ts',
  'server/src/credentials/totp.test.ts',
  'server/src/commands/keys/**/*.test.ts',
  'server/src/platform/{http,metrics}/**/*.test.ts',
  'server/src/{closing-accounts,notices,notices-of-two-instances,query-plans,remembered,reopening-accounts,sdk-codes,sdk-examples,sdk-index,sdk-tokens,sweep,upgrade}.test.ts',
]

/** Some of them ask nothing of the store that the run is about: the key file is always beside an SQLite file. */
const onNoStore = [
  'server/src/commands/keys/master-key-file.test.ts',
  'server/src/platform/http/{json-body,slow-request}.test.ts',
  'server/src/operators/doctor/findings.test.ts',
]

const program = 'server/src/testing/program.ts'

export default defineConfig({
  test: {
    // Not more than there are cores: some tests measure how long something takes.
    maxWorkers: availableParallelism(),
    // Loading the server again for each file would cost a quarter of the run. So nothing that a file leaves
    // behind in a module may matter to the next.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    testTimeout: LONGEST_MS * slowness,
    hookTimeout: LONGEST_MS * slowness,
    // What a page or a process is going to show soon.
    expect: { poll: { timeout: 5_000 * slowness } },
    projects: [
      {
        extends: true,
        test: {
          name: 'sqlite',
          include: ['server/src/**/*.test.ts', 'tools/**/*.test.ts', 'bench/*.test.ts'],
          globalSetup: [program, 'server/src/testing/sqlite-tables.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: onBothStores,
          exclude: onNoStore,
          env: { LIGATURE_TEST_STORE: 'postgres' },
          globalSetup: [program, 'server/src/testing/postgres-server.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'pgbouncer',
          include: onBothStores,
          // Commands start processes by the dozen; what a pooler could break is asked over HTTP. How a request is
          // read, before a rule asks the store for anything, it cannot break.
          exclude: [...onNoStore, 'server/src/commands/**', 'server/src/platform/http/**'],
          env: { LIGATURE_TEST_STORE: 'postgres' },
          globalSetup: [program, 'server/src/testing/pooled-postgres-server.ts'],
        },
      },
    ],
  },
})
