import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newDirectory } from '../server/src/testing/data-directory.ts'
import { runLigature, startProcess } from '../server/src/testing/server-process.ts'
import { blocksOf, loadPage } from './documents/pages.ts'
import { root } from './run.ts'

const MASTER_KEY = Buffer.alloc(32, 7).toString('base64')

/** What each command of the guide says, in their order. */
const SAYS = [
  /"signing_keys": \[[^]+"data_keys": \[/,
  /^RS256 \S+ active: [^]*^RS256 \S+ next: signs from /m,
  /^RS256: every older key is gone\. [^]*^RS256 \S+ active: /m,
  /^data key 2 seals from /m,
  /^user_address\.address_index: 2 rows, 0 of them removed, 0 unreadable$[^]*^done: set LIGATURE_MASTER_KEY /m,
]

const hasOpenssl = spawnSync('openssl', ['version']).error === undefined

test.skipIf(!hasOpenssl)(
  'every command of the guide to keys does what it says, in its order',
  async (t) => {
    const environment = { LIGATURE_DATA: newDirectory(t), LIGATURE_MASTER_KEY: MASTER_KEY }
    const server = await startProcess(t, ['dev', '--log', 'silent'], { environment })
    await server.kill('SIGTERM')
    const blocks = blocksOf(loadPage('docs/guide/keys.md')).filter(({ language }) => language === 'sh')

    // In one shell, as one that reads along has it: the variables of one block are there in the next.
    const ligature = `ligature() { '${process.execPath}' '${join(root, 'server/src/main.ts')}' "$@"; }`
    const script = blocks.map(({ text }) => text.replaceAll('./ligature', 'ligature')).join('\necho "---"\n')
    const { stdout, stderr } = spawnSync(
      'sh',
      ['-e', '-c', `${ligature}\n${script}\necho "---"\necho "$LIGATURE_NEW_MASTER_KEY"`],
      {
        env: { PATH: process.env['PATH'], ...environment },
        encoding: 'utf8',
      },
    )

    expect(stderr).toBe('')
    const outputs = stdout.split('---\n')
    expect(outputs).toHaveLength(SAYS.length + 1)
    for (const [index, says] of SAYS.entries()) expect(outputs[index]).toMatch(says)
    const newKey = outputs.at(-1)?.trim() ?? ''
    const shown = await runLigature(t, ['users', 'show', 'zhangsan@qq.com'], {
      environment: { ...environment, LIGATURE_MASTER_KEY: newKey },
    })
    expect(shown).toMatchObject({ code: 0, stderr: '' })
  },
  60_000,
)
