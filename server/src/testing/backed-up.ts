import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { newDataDirectory, newDirectory } from './data-directory.ts'
import { runLigature } from './server-process.ts'

/** What a test of vitest is handed. */
interface RunningTest {
  readonly onTestFinished: (close: () => void | Promise<void>) => void
}

/** A deployment with some data, and its backup. */
export interface BackedUp {
  readonly data: string
  readonly file: string
}

/** Makes one with 300 users, `user-0` with the mobile 13800000000 and so on. */
export async function makeBackedUp(t: RunningTest): Promise<BackedUp> {
  const data = await newDataDirectory(t, 'production')
  const lines = Array.from({ length: 300 }, (_, index) =>
    JSON.stringify({
      user_name: `user-${index}`,
      mobile: { value: String(13_800_000_000 + index), verified: true },
    }),
  )
  const imported = await runLigature(t, ['users', 'import', '-', '--data', data], { input: lines.join('\n') })
  expect(imported).toMatchObject({ code: 0 })
  const file = join(newDirectory(t), 'backup')
  expect(await runLigature(t, ['backup', '--to', file, '--data', data])).toMatchObject({ code: 0 })
  return { data, file }
}

/** A directory that holds the master key of the backup and nothing else. */
export function directoryWithKey(t: RunningTest, { data }: BackedUp): string {
  const directory = newDirectory(t)
  copyFileSync(join(data, 'master.key'), join(directory, 'master.key'))
  return directory
}

/** Runs `ligature restore --from`. */
export function restore(
  t: RunningTest,
  file: string,
  directory: string,
  environment: Record<string, string> = {},
) {
  return runLigature(t, ['restore', '--from', file, '--data', directory], { environment })
}
