import { pbkdf2Sync, scryptSync } from 'node:crypto'
import { setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { hashSync, verifySync as verifyArgon2 } from '@node-rs/argon2'
import { verifySync as verifyBcrypt } from '@node-rs/bcrypt'
import type { HashTask } from './hash-task.ts'

/** Whoever answers other requests comes first; on Linux a thread has a priority of its own. */
const NICENESS = 19

if (process.platform === 'linux') setPriority(NICENESS)

function perform(task: HashTask): string | boolean | Uint8Array {
  switch (task.kind) {
    case 'hash':
      return hashSync(task.password, task.cost)
    case 'argon2':
      return verifyArgon2(task.hash, task.password)
    case 'bcrypt':
      return verifyBcrypt(task.password, task.hash)
    case 'scrypt':
      return scryptSync(task.password, task.salt, task.length, task.cost)
    case 'pbkdf2':
      return pbkdf2Sync(task.password, task.salt, task.rounds, task.length, task.digest)
  }
}

parentPort?.on('message', (task: HashTask) => {
  try {
    parentPort?.postMessage({ result: perform(task) })
  } catch (error) {
    parentPort?.postMessage({ failure: error instanceof Error ? error.message : 'unknown' })
  }
})
