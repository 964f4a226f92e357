import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { root } from './run.ts'

/** Stands for npm and its registry: writes down its calls, and makes what they would have made. */
const NPM = `#!/bin/sh
echo "$*" >>"$HOUSE/calls"
case $* in
  --version) [ ! -e "$HOUSE/npm-is-bound" ] ;;
  'config get globalconfig') echo /dev/null ;;
  install*)
    [ ! -e "$HOUSE/npm-fails" ] || exit 1
    for argument; do case $argument in node-*) package=\${argument%@*} ;; esac; done
    mkdir -p "$3/node_modules/.bin" "$3/node_modules/$package"
    printf '{\\n  "name": "node",\\n  "version": "24.99.0"\\n}' >"$3/node_modules/$package/package.json"
    ln -sf "$REAL_NODE" "$3/node_modules/.bin/node"
    ;;
  ci*)
    rm -rf "$3/node_modules"
    mkdir "$3/node_modules"
    [ ! -e "$HOUSE/npm-hangs" ] || { echo hanging; exec sleep 60; }
    ;;
esac
`

const MAIN = `
import { text } from 'node:stream/consumers'
console.log(JSON.stringify([process.argv.slice(2), process.cwd(), await text(process.stdin)]))
process.exitCode = 3
`

/** A clone with nothing installed, on a machine with little more than a shell, npm and this Node. */
function freshClone(nodeVersion = 'v20.20.2') {
  const directory = mkdtempSync(join(tmpdir(), 'fresh clone '))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const at = (path: string) => join(directory, path)
  for (const path of ['bin', 'tools', 'server/src']) mkdirSync(at(path), { recursive: true })
  for (const path of ['ligature', 'tools/install.sh']) cpSync(join(root, path), at(path))
  write('package-lock.json', '{}')
  write('server/src/main.ts', MAIN)
  write('bin/npm', NPM)
  write(
    'bin/node',
    `#!/bin/sh\nif [ "$1" = --version ]; then echo ${nodeVersion}; else exec "$REAL_NODE" "$@"; fi\n`,
  )
  for (const tool of [
    'cat',
    'cmp',
    'grep',
    'ln',
    'mkdir',
    'mv',
    'readlink',
    'rm',
    'rmdir',
    'sh',
    'sleep',
    'uname',
  ]) {
    const path = ['/bin', '/usr/bin'].map((each) => join(each, tool)).find((each) => existsSync(each))
    symlinkSync(path ?? tool, at(join('bin', tool)))
  }

  function write(path: string, content: string): void {
    writeFileSync(at(path), content, { mode: 0o755 })
  }
  function start(...args: string[]): ChildProcessWithoutNullStreams {
    const env = { PATH: at('bin'), HOUSE: directory, REAL_NODE: process.execPath }
    return spawn(at('ligature'), args, { cwd: tmpdir(), env })
  }
  async function run(...args: string[]) {
    const child = start(...args)
    const exit = exitOf(child)
    child.stdin.end('from the user')
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
    return { stdout, stderr, exit: await exit }
  }
  /** A start whose installation of the packages does not come to an end. */
  async function startHanging() {
    write('npm-hangs', '')
    const child = start('dev')
    const exit = exitOf(child)
    await new Promise<void>((resolve) => {
      child.stderr.on('data', (chunk: Buffer) => {
        if (chunk.includes('hanging\n')) resolve()
      })
    })
    rmSync(at('npm-hangs'))
    const npm = Number(readFileSync(at('.cache/install.lock.worker'), 'utf8'))
    return { child, exit, npm }
  }
  /** The first word of each call of npm. */
  function calls(): readonly string[] {
    const lines = existsSync(at('calls')) ? readFileSync(at('calls'), 'utf8').trimEnd().split('\n') : []
    return lines.map((line) => line.split(' ')[0] ?? '')
  }
  return { at, write, run, startHanging, calls }
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', resolve))
}

const FROM_NOTHING = ['install', '--version', 'config', 'ci']

test('from nothing it installs Node and the packages, and runs the command where the user is', async () => {
  const clone = freshClone()

  const { stdout, stderr, exit } = await clone.run('apply', '-f', 'my file')

  expect(JSON.parse(stdout)).toEqual([['apply', '-f', 'my file'], tmpdir(), 'from the user'])
  expect(exit).toBe(3)
  expect(stderr).toContain('Installing Node 24 into .cache/node (once) …')
  expect(clone.calls()).toEqual(FROM_NOTHING)
})

test('when nothing is missing it installs nothing and says nothing', async () => {
  const clone = freshClone()
  await clone.run()

  const { stderr } = await clone.run()

  expect(stderr).toBe('')
  expect(clone.calls()).toEqual(FROM_NOTHING)
})

test('another package-lock.json is installed', async () => {
  const clone = freshClone()
  await clone.run()
  clone.write('package-lock.json', '{ }')

  await clone.run()

  expect(clone.calls()).toEqual([...FROM_NOTHING, 'config', 'ci'])
})

test.each([
  ['v24.15.9', FROM_NOTHING],
  ['v24.16.0', ['config', 'ci']],
  ['v26.0.0', ['config', 'ci']],
  ['', FROM_NOTHING],
])('with Node %s on the machine npm is called for %j', async (version, calls) => {
  const clone = freshClone(version)

  expect((await clone.run()).exit).toBe(3)
  expect(clone.calls()).toEqual(calls)
})

test('an npm that is bound to another Node is used only to install one that is not', async () => {
  const clone = freshClone()
  clone.write('npm-is-bound', '')

  expect((await clone.run()).exit).toBe(3)
  expect(clone.calls()).toEqual(['install', '--version', 'install', 'config', 'ci'])
})

test('without npm it says what to install', async () => {
  const clone = freshClone()
  rmSync(clone.at('bin/npm'))

  const { stderr, exit } = await clone.run()

  expect(exit).toBe(1)
  expect(stderr).toBe(
    'ligature: Node is missing or too old, and npm to install it is missing. Install Node 24.16 or newer yourself.\n',
  )
})

test('when npm cannot install Node it says so, and tries again the next time', async () => {
  const clone = freshClone()
  clone.write('npm-fails', '')
  const { stderr, exit } = await clone.run()
  rmSync(clone.at('npm-fails'))

  expect(exit).toBe(1)
  expect(stderr).toMatch(
    /npm could not install node-\S+@\^24\.16\.0\. Install Node 24\.16 or newer yourself\.\n$/,
  )
  expect((await clone.run()).exit).toBe(3)
})

test('of several at once one installs', async () => {
  const clone = freshClone()

  const runs = await Promise.all([clone.run(), clone.run(), clone.run()])

  expect(runs.map(({ exit }) => exit)).toEqual([3, 3, 3])
  expect(clone.calls().toSorted()).toEqual(FROM_NOTHING.toSorted())
})

test('an install that was killed is done again, once its npm is gone', async () => {
  const clone = freshClone()
  const { child, exit, npm } = await clone.startHanging()
  child.kill('SIGKILL')
  await exit

  const again = clone.run()
  const whoIsFirst = await Promise.race([
    again,
    new Promise((resolve) => setTimeout(resolve, 500, 'still waiting')),
  ])
  process.kill(npm)

  expect(whoIsFirst).toBe('still waiting')
  expect((await again).exit).toBe(3)
  expect(clone.calls()).toEqual([...FROM_NOTHING, 'config', 'ci'])
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends the install and leaves no lock', async (signal, status) => {
  const clone = freshClone()
  const { child, exit, npm } = await clone.startHanging()

  child.kill(signal)

  expect(await exit).toBe(status)
  expect(() => process.kill(npm, 0)).toThrow('ESRCH')
  expect(existsSync(clone.at('.cache/install.lock'))).toBe(false)
  expect((await clone.run()).exit).toBe(3)
})
