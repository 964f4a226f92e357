import { createHash } from 'node:crypto'
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type OutputChunk, rolldown } from 'rolldown'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The program that the tests start, with all of its modules in a few files. */
    readonly program: string
  }
}

const SOURCES = join(import.meta.dirname, '..')
const PROGRAMS = join(SOURCES, '../../.cache/test-programs')
const KEPT_MS = 24 * 60 * 60 * 1000

/** Packages of a hundred small modules each. The others are loaded as a user's process loads them. */
const BUNDLED = /^(?:kysely|zod|jose)(?:\/|$)/

/**
 * A process spends half a second of a core on finding and loading a thousand modules, and the tests start
 * hundreds of processes. So they are given the same modules in a few files, which takes half as long.
 */
export async function setup(project: TestProject): Promise<void> {
  const chunks = await bundle()
  const hash = createHash('sha256')
  for (const { fileName, code } of chunks) hash.update(`${fileName}\n${code}\n`)
  const directory = join(PROGRAMS, hash.digest('hex').slice(0, 16))
  if (!existsSync(directory)) put(chunks, directory)
  project.provide('program', join(directory, 'main.js'))
}

async function bundle(): Promise<OutputChunk[]> {
  const bundled = await rolldown({
    input: join(SOURCES, 'main.ts'),
    platform: 'node',
    external: (id) => !/^[./]/.test(id) && !BUNDLED.test(id),
    plugins: [{ name: 'where they are', transform: tellWhereItIs }],
  })
  const { output } = await bundled.generate({ format: 'esm', entryFileNames: 'main.js' })
  await bundled.close()
  return output.filter((part) => part.type === 'chunk')
}

/** A module that reads a file finds it from its own place. */
function tellWhereItIs(code: string, path: string): string {
  return code
    .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
    .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
}

/** Whole or not at all: another run may do the same. What no run has made for a day goes. */
function put(chunks: readonly OutputChunk[], directory: string): void {
  mkdirSync(PROGRAMS, { recursive: true })
  for (const name of globSync('*', { cwd: PROGRAMS })) {
    const path = join(PROGRAMS, name)
    if (Date.now() - statSync(path).mtimeMs > KEPT_MS) rmSync(path, { recursive: true, force: true })
  }
  const partial = mkdtempSync(join(PROGRAMS, 'partial-'))
  writeFileSync(join(partial, 'package.json'), '{"type":"module"}')
  for (const { fileName, code } of chunks) writeFileSync(join(partial, fileName), code)
  try {
    renameSync(partial, directory)
  } catch (error) {
    if (!existsSync(directory)) throw error
    rmSync(partial, { recursive: true, force: true })
  }
}
