import { expect, test } from 'vitest'
import { runComparison, runDerivation } from './hash-task.ts'

const HASH = '$argon2id$v=19$m=64,t=1,p=1$C1GBjek6LwFTXMN3cDkVGg$pcJ1iMcWYHrkLdgherKsb3G24DN+w/As5ZVBa2iiVKQ'

const compare = (password: string) => runComparison({ kind: 'argon2', password, hash: HASH })

test('several at once are done, each with its own answer', async () => {
  const passwords = ['Tangerine-7-Sky', 'another', 'Tangerine-7-Sky', 'a third']

  expect(await Promise.all(passwords.map(compare))).toEqual([true, false, true, false])
})

test('what cannot be done is an error, and the next one is done', async () => {
  const impossible = {
    kind: 'pbkdf2',
    password: 'x',
    salt: Buffer.from('salt'),
    rounds: 1,
    length: 20,
  } as const

  await expect(runDerivation({ ...impossible, digest: 'no such digest' })).rejects.toThrow(
    /could not be hashed/,
  )
  expect(await compare('Tangerine-7-Sky')).toBe(true)
})

test('the thread that answers requests goes on meanwhile', async () => {
  const slow = {
    kind: 'pbkdf2',
    password: 'x',
    salt: Buffer.from('salt'),
    rounds: 300_000,
    length: 32,
  } as const
  const derived = runDerivation({ ...slow, digest: 'sha512' })
  let turns = 0
  const counting = setInterval(() => (turns += 1), 1)

  expect((await derived).length).toBe(32)
  clearInterval(counting)
  expect(turns).toBeGreaterThan(10)
})
