import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  globSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

interface Manifest {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly license: string
  readonly engines: unknown
  readonly dependencies: unknown
}

/**
 * Makes `dist/`: what is installed, and what `start` runs. Plain JavaScript with source maps, the pages'
 * files, and a manifest; no tests. It is made beside its place and moved there when whole, so a build that
 * is killed leaves the last one as it was.
 */
function build(): void {
  const startedAt = new Date()
  removeLeftovers()
  const partial = `${dist}.partial-${process.pid}`
  try {
    compile(partial)
    copyAssets(partial)
    writeManifest(partial, startedAt)
    moveIntoPlace(partial)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}

function removeLeftovers(): void {
  for (const name of globSync('dist.{partial,old}-*', { cwd: root })) {
    const isOfRunningBuild = isRunning(Number(name.split('-').at(-1)))
    if (!isOfRunningBuild) rmSync(join(root, name), { recursive: true, force: true })
  }
}

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0)
  } catch {
    return false
  }
}

function compile(target: string): void {
  // Named by its path: `tsc` on PATH may be the TypeScript 6 that other tools need.
  const compiler = join(root, 'node_modules/@typescript/native/bin/tsc')
  const { status } = spawnSync(
    process.execPath,
    [compiler, '--project', 'tsconfig.build.json', '--outDir', target],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
  )
  if (status !== 0) throw new Error('The sources do not compile.')
}

function copyAssets(target: string): void {
  const from = join(root, 'server/src')
  cpSync(from, join(target, 'src'), {
    recursive: true,
    filter: (path) => path !== join(from, 'testing') && !isSourceOnly(basename(path)),
  })
}

function isSourceOnly(name: string): boolean {
  return name.endsWith('.ts') || name.includes('.test.') || name === 'tsconfig.json'
}

function writeManifest(target: string, startedAt: Date): void {
  const command = join(target, 'src/main.js')
  if (!readFileSync(command, 'utf8').startsWith('#!')) {
    throw new Error(
      'server/src/main.ts is installed as a command, so its first line must be #!/usr/bin/env node',
    )
  }
  chmodSync(command, 0o755)
  cpSync(join(root, 'LICENSE'), join(target, 'LICENSE'))
  cpSync(join(root, 'NOTICE'), join(target, 'NOTICE'))

  const server = JSON.parse(readFileSync(join(root, 'server/package.json'), 'utf8')) as Manifest
  const manifest = {
    name: server.name,
    version: server.version,
    description: server.description,
    license: server.license,
    type: 'module',
    bin: { ligature: 'src/main.js' },
    engines: server.engines,
    dependencies: server.dependencies,
  }
  const file = join(target, 'package.json')
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`)
  // `start` builds again when a source is newer than this file; one that changed meanwhile must be.
  utimesSync(file, startedAt, startedAt)
}

function moveIntoPlace(partial: string): void {
  const old = `${dist}.old-${process.pid}`
  try {
    renameSync(dist, old)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  renameSync(partial, dist)
  rmSync(old, { recursive: true, force: true })
}

try {
  build()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
