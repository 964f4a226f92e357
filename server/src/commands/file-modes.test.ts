import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newDirectory } from '../testing/data-directory.ts'
import { runLigature, startProcess } from '../testing/server-process.ts'

test('only their owner may read the files, whatever the directory and the umask allow', async (t) => {
  const data = join(newDirectory(t), 'data')
  const open = join(newDirectory(t), 'open')
  mkdirSync(open)
  chmodSync(open, 0o755)
  const umask = process.umask(0)
  t.onTestFinished(() => void process.umask(umask))
  const server = await startProcess(t, ['start', '--log', 'silent', '--data', data])
  const other = await startProcess(t, ['start', '--log', 'silent', '--data', open])
  await runLigature(t, ['users', 'import', '-', '--data', data], { input: '{"user_name":"li"}\n' })

  expect(modesIn(data)).toEqual({
    '.': '700',
    'ligature.db': '600',
    'ligature.db-shm': '600',
    'ligature.db-wal': '600',
    'master.key': '600',
  })
  expect(modesIn(open)).toEqual({ ...modesIn(data), '.': '755' })
  await server.kill('SIGTERM')
  await other.kill('SIGTERM')
})

function modesIn(directory: string): Record<string, string> {
  const modeOf = (name: string) => (statSync(join(directory, name)).mode & 0o777).toString(8)
  return Object.fromEntries(['.', ...readdirSync(directory)].map((name) => [name, modeOf(name)]))
}
