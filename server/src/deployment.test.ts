import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDeployment } from './deployment.ts'
import { newDirectory } from './testing/data-directory.ts'

const KEY = Buffer.alloc(32, 9).toString('base64')

function open(dataDirectory: string, masterKey?: string) {
  return openDeployment({ dataDirectory, masterKey }, 'production', 0)
}

test('a first start that was killed after it made the key file goes on with that key', async (t) => {
  const directory = newDirectory(t)
  writeFileSync(join(directory, 'master.key'), `${KEY}\n`)

  const deployment = await open(directory)
  const sealed = deployment.vault.seal('here', 'text')
  await deployment.close()

  const again = await open(directory, KEY)
  expect(again.vault.open('here', sealed)).toBe('text')
  await again.close()
})

test('what a killed start left of a draft of the key is written over', async (t) => {
  const directory = newDirectory(t)
  const draft = join(directory, 'master.key.new')
  writeFileSync(draft, KEY.slice(0, 10))

  await (await open(directory)).close()

  expect(readFileSync(join(directory, 'master.key'), 'utf8')).toMatch(/^[A-Za-z0-9+/]{43}=\n$/)
  expect(existsSync(draft)).toBe(false)
})

test('a key in the environment is not written to the directory', async (t) => {
  const directory = newDirectory(t)

  await (await open(directory, KEY)).close()

  expect(existsSync(join(directory, 'master.key'))).toBe(false)
  await expect(open(directory)).rejects.toThrow('the master key of this database is missing')
  expect(existsSync(join(directory, 'master.key'))).toBe(false)
})
