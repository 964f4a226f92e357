import { statSync } from 'node:fs'
import { join } from 'node:path'
import { type Finding, finding } from '../../platform/finding.ts'
import { keyFileFindings as found } from './deployment-findings.ts'

const ANYBODY_ELSE = 0o077
const ALL_OTHERS = 0o007

/**
 * Looks who may read the master key and what lies beside it.
 *
 * @param dataDirectory `undefined` when the environment holds the key
 */
export function checkKeyFile(dataDirectory: string | undefined): readonly Finding[] {
  if (dataDirectory === undefined) return [finding(found.inEnvironment)]
  if (process.platform === 'win32') return [finding(found.withoutModes)]
  const file = join(dataDirectory, 'master.key')
  const mode = modeOf(file)
  if (mode === undefined) return [finding(found.missing, file)]
  const directoryMode = modeOf(dataDirectory) ?? 0
  const findings = [
    ...((mode & ANYBODY_ELSE) === 0 ? [] : [finding(found.readable, file, printed(mode))]),
    ...((directoryMode & ALL_OTHERS) === 0
      ? []
      : [finding(found.openDirectory, dataDirectory, printed(directoryMode))]),
  ]
  return findings.length > 0 ? findings : [finding(found.closed, file)]
}

function modeOf(path: string): number | undefined {
  const state = statSync(path, { throwIfNoEntry: false })
  return state === undefined ? undefined : state.mode & 0o777
}

function printed(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}
