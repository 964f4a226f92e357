import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeMachine } from './machine.ts'

const ROOT = join(import.meta.dirname, '..')

/** Keeps a table with the machine, the versions and the date. @returns the file, from the repository on */
export function writeResult(table: string): string {
  const at = new Date().toISOString()
  const commit = execFileSync('git', ['-C', ROOT, 'describe', '--always', '--dirty'], { encoding: 'utf8' })
  const name = `bench/results/${at.slice(0, 16).replace(/[-:]/g, '').replace('T', '-')}.md`
  const lines = [`# ${at.slice(0, 10)}`, '', `- commit ${commit.trim()}`]
  const machine = describeMachine().map((line) => `- ${line}`)
  mkdirSync(join(ROOT, 'bench/results'), { recursive: true })
  writeFileSync(join(ROOT, name), [...lines, ...machine, '', table].join('\n'))
  return name
}
