import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Mode, openDeployment } from '../deployment.ts'

/** What a test of vitest is handed. */
interface RunningTest {
  readonly onTestFinished: (close: () => void) => void
}

/** An empty directory, gone with the test. */
export function newDirectory(t: RunningTest): string {
  const directory = mkdtempSync(join(tmpdir(), 'ligature-test-'))
  t.onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** A data directory that had its first start, gone with the test. */
export async function newDataDirectory(t: RunningTest, mode: Mode): Promise<string> {
  const dataDirectory = newDirectory(t)
  const deployment = await openDeployment({ dataDirectory, masterKey: undefined }, mode, Date.now())
  await deployment.close()
  return dataDirectory
}
