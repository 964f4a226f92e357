import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { root } from './run.ts'

/** Each takes half a minute or more of one core, or waits for as long; the longest comes first. */
const longest = [
  'server/src/kill-loop.test.ts',
  'server/src/crash-points.test.ts',
  'server/src/crash-kills.test.ts',
  'server/src/commands/keys/keys.test.ts',
  'server/src/commands/keys/change-master-key.test.ts',
  'server/src/upgrade.test.ts',
  'server/src/development/page-account.test.ts',
  'server/src/development/page-password.test.ts',
  'server/src/sign-in/bind-races.test.ts',
  'server/src/development/page.test.ts',
  'server/src/commands/restore.test.ts',
  'server/src/commands/kill.test.ts',
  'server/src/commands/copy.test.ts',
  'server/src/development/page-wechat.test.ts',
  'server/src/commands/keys/signing-keys.test.ts',
  'server/src/instances.test.ts',
  'server/src/commands/start.test.ts',
  'server/src/commands/keys/master-key-file.test.ts',
]

/** The last file of all is a short one, so that no core waits: vitest alone knows of lengths only what it ran before. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await BaseSequencer.prototype.sort.call(this, files)
    return sorted.toSorted((one, other) => placeOf(one) - placeOf(other))
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = longest.indexOf(relative(root, moduleId))
  return place === -1 ? longest.length : place
}
