import { execFile } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test, type TestContext } from 'vitest'
import { newDirectory } from '../testing/data-directory.ts'
import { type ProcessOptions, residentMegabytes, startProcess } from '../testing/server-process.ts'
import { slowness } from '../testing/slowness.ts'

/** Where the system tells how much memory a process holds. */
const isMeasurable = process.platform === 'linux'

test.runIf(isMeasurable)(
  '`dev` is ready within a second at its second start, in less than 200 MB',
  async (t) => {
    const args = ['dev', '--log', 'silent', '--data', newDirectory(t)]
    await (await startProcess(t, args)).kill('SIGTERM')

    const { readyAfterMs, megabytes } = await leastOf(3, t, args)

    expect(readyAfterMs).toBeLessThan(1000 * slowness)
    expect(megabytes).toBeLessThan(200 * slowness)
  },
)

test.runIf(isMeasurable)('`start`, built, serves in less than 130 MB', async (t) => {
  const program = await compile(newDirectory(t))
  const args = ['start', '--log', 'silent', '--data', newDirectory(t)]

  const { readyAfterMs, megabytes } = await leastOf(3, t, args, {
    program,
    environment: { NODE_DISABLE_COMPILE_CACHE: '1' },
  })

  expect(readyAfterMs).toBeLessThan(2000 * slowness)
  expect(megabytes).toBeLessThan(130 * slowness)
})

/** The best of several starts: what else the machine is doing is no fault of the program's. */
async function leastOf(
  times: number,
  t: TestContext,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<{ readonly readyAfterMs: number; readonly megabytes: number }> {
  const runs: { readyAfterMs: number; megabytes: number }[] = []
  while (runs.length < times) {
    const server = await startProcess(t, args, options)
    await fetch(`${server.url}/ready`)
    runs.push({ readyAfterMs: server.readyAfterMs, megabytes: residentMegabytes(server.pid) })
    await server.kill('SIGTERM')
  }
  const readyAfterMs = Math.min(...runs.map((run) => run.readyAfterMs))
  const megabytes = Math.min(...runs.map((run) => run.megabytes))
  process.stdout.write(`${args[0]}: ready after ${readyAfterMs.toFixed()} ms, ${megabytes.toFixed()} MB\n`)
  return { readyAfterMs, megabytes }
}

/** What `start` runs: plain JavaScript. */
async function compile(target: string): Promise<string> {
  const root = join(import.meta.dirname, '../../..')
  const compiler = join(root, 'node_modules/@typescript/native/bin/tsc')
  const args = ['--project', join(root, 'tsconfig.build.json'), '--outDir', target]
  await promisify(execFile)(process.execPath, [compiler, ...args])
  symlinkSync(join(root, 'node_modules'), join(target, 'node_modules'))
  writeFileSync(join(target, 'package.json'), '{"type":"module"}')
  return join(target, 'src/main.js')
}
