import { join } from 'node:path'
import { expect } from 'vitest'
import { newDataDirectory } from './data-directory.ts'
import { runLigature } from './server-process.ts'
import { emptyDatabase, type TestData } from './test-data.ts'

const KILLED_AT_STATEMENT = join(import.meta.dirname, 'killed-at-statement.ts')

/** What a test of vitest is handed. */
interface RunningTest {
  readonly onTestFinished: (close: () => void | Promise<void>) => void
}

/** An empty database on that server, gone with the test. */
export async function emptyTarget(t: RunningTest, server: string): Promise<TestData> {
  const target = await emptyDatabase(server)
  t.onTestFinished(() => target.remove())
  return target
}

/** @returns how many statements a copy needed in all */
export function statementsOf({ stderr }: { readonly stderr: string }): number {
  return Number(/^statements (\d+)$/m.exec(stderr)?.[1])
}

export interface CopyOptions {
  readonly killedAtStatement?: number
  readonly environment?: Readonly<Record<string, string>>
}

/** Runs `ligature copy`; its last line on standard error tells how many statements there were. */
export function copy(t: RunningTest, from: string, target: TestData, options: CopyOptions = {}) {
  return runLigature(t, ['copy', '--from', from], {
    preload: KILLED_AT_STATEMENT,
    environment: {
      LIGATURE_TEST_KILLED_AT_STATEMENT: String(options.killedAtStatement ?? 0),
      ...target.process.environment,
      ...options.environment,
    },
  })
}

/** Enough rows for several batches of several tables. */
export async function makeLarge(t: RunningTest, people: number): Promise<string> {
  const dataDirectory = await newDataDirectory(t, 'production')
  const lines = Array.from({ length: people }, (_, index) =>
    JSON.stringify({
      user_name: `user-${index}`,
      mobile: { value: String(13_800_000_000 + index), verified: true },
    }),
  )
  const input = lines.join('\n')
  const imported = await runLigature(t, ['users', 'import', '-', '--data', dataDirectory], { input })
  expect(imported).toMatchObject({ code: 0 })
  return dataDirectory
}
