import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Finished, inPackage, root, run } from './run.ts'

export interface Check {
  readonly name: string
  run(): Promise<Finished>
}

const compiler = inPackage('@typescript/native', 'bin/tsc')
const pageProject = 'server/src/development/page/tsconfig.json'

const prettierOptions = ['--check', '--log-level=warn', '--cache', '--cache-location=.cache/prettier']

/** What can be said of the sources without running them. None depends on another. */
export const checks: readonly Check[] = [
  { name: 'types', run: async () => run(compiler, ['--noEmit', '--project', 'tsconfig.json']) },
  ...(existsSync(join(root, pageProject))
    ? [{ name: 'types of the page', run: async () => run(compiler, ['--project', pageProject]) }]
    : []),
  {
    name: 'lint',
    run: async () => run(inPackage('oxlint', 'bin/oxlint'), ['--deny-warnings', '--format=unix']),
  },
  {
    name: 'format',
    run: async () => run(inPackage('prettier', 'bin/prettier.cjs'), [...prettierOptions, '.']),
  },
  { name: 'unused code', run: async () => run(inPackage('knip', 'bin/knip.js'), ['--no-progress']) },
  { name: 'generated pages', run: async () => run('tools/generate-reference.ts', ['--check']) },
  { name: 'build', run: async () => run('tools/build.ts', []) },
]
