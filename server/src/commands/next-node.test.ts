import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newDirectory } from '../testing/data-directory.ts'
import { openMiniProgram } from '../testing/mini-program.ts'
import { BIND_CLIENT_ID } from '../testing/server.ts'
import { SOURCE, startProcess } from '../testing/server-process.ts'

/** Where `.ci/run` puts the Node after the one that we run on. */
const NEXT_NODE = join(import.meta.dirname, '../../../.cache/node-next/node_modules/.bin/node')

test('the flow works on the next Node too, without a warning', async (t) => {
  if (!existsSync(NEXT_NODE)) return t.skip('Node 26: it is not in .cache/node-next')
  const data = join(newDirectory(t), 'data')
  const options = { node: NEXT_NODE, program: SOURCE }
  const server = await startProcess(t, ['dev', '--log', 'json', '--data', data], options)
  const program = openMiniProgram(server.url, { clientId: BIND_CLIENT_ID })

  const signIn = await program.openSignIn('alice')
  await signIn.send('11012345678')
  expect(await signIn.bind('11012345678', '232326')).toMatchObject({ outcome: 'SUCCESS' })
  expect(await program.login('alice')).toMatchObject({ outcome: 'SUCCESS' })
  expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  expect(server.stderr()).not.toContain('Warning')
})
