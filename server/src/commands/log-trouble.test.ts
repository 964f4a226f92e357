import { closeSync, existsSync, openSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test, vi, type TestContext } from 'vitest'
import { newDirectory } from '../testing/data-directory.ts'
import { readMetrics } from '../testing/metrics-page.ts'
import { openPipe } from '../testing/pipe.ts'
import { runLigature, type ServerProcess, startProcess } from '../testing/server-process.ts'

/** What a pipe holds that nobody reads is some 300 lines. */
const MANY = 1_000
const TOGETHER = 50

async function start(t: TestContext, stderr: number, data = newDirectory(t)): Promise<ServerProcess> {
  return startProcess(t, ['start', '--log', 'json', '--data', data], { stderr })
}

/** Asks for paths that nobody has; each is a line of the log. */
async function makeLines(server: ServerProcess, count: number): Promise<void> {
  for (let made = 0; made < count; made += TOGETHER) {
    const replies = await Promise.all(Array.from({ length: TOGETHER }, () => fetch(`${server.url}/nothing`)))
    for (const reply of replies) {
      expect(reply.status).toBe(404)
      await reply.arrayBuffer()
    }
  }
}

async function lostLines(server: ServerProcess): Promise<number> {
  return (await readMetrics(server.url)).total('ligature_log_lines_lost_total')
}

test.runIf(existsSync('/dev/full'))('a full disk costs lines of the log and nothing else', async (t) => {
  const full = openSync('/dev/full', 'w')
  const server = await start(t, full)
  closeSync(full)
  await makeLines(server, 200)

  await vi.waitFor(async () => expect(await lostLines(server)).toBeGreaterThanOrEqual(200))
  expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null })
})

test('a pipe whose reader is gone costs lines of the log and nothing else', async (t) => {
  const pipe = openPipe(t, { waits: true })
  const server = await start(t, pipe.writer)
  pipe.closeWriter()
  await makeLines(server, TOGETHER)
  pipe.closeReader()
  await makeLines(server, 200)

  await vi.waitFor(async () => expect(await lostLines(server)).toBeGreaterThanOrEqual(200))
  expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null })
})

test('a reader who has stopped is not waited for, and finds every line when he goes on', async (t) => {
  const pipe = openPipe(t, { waits: true })
  const server = await start(t, pipe.writer)
  pipe.closeWriter()
  await makeLines(server, MANY)
  expect(await lostLines(server)).toBe(0)

  let text = ''
  await vi.waitFor(() => {
    text += pipe.read()
    expect(text.match(/"status":404/g)).toHaveLength(MANY)
  })
  for (const line of text.trimEnd().split('\n')) expect(line).toMatch(/^\{"level":\d\d,.*\}$/)
  expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null })
})

test('a reader who never goes on does not hold up the end', async (t) => {
  const pipe = openPipe(t, { waits: true })
  const data = newDirectory(t)
  const server = await start(t, pipe.writer, data)
  pipe.closeWriter()
  await makeLines(server, MANY)

  const startedAt = performance.now()
  await server.kill('SIGTERM')

  expect(performance.now() - startedAt).toBeLessThan(5_000)
  // Everything was closed: what had been in the write-ahead log is in the database.
  expect(readdirSync(data).toSorted()).toEqual(['ligature.db', 'master.key'])
})

test('what nobody caught is in the log, without what it carries; a rejection ends nothing', async (t) => {
  const program = join(newDirectory(t), 'faulty.ts')
  const processLog = pathToFileURL(join(import.meta.dirname, 'process-log.ts')).href
  writeFileSync(
    program,
    `const { openProcessLog } = await import('${processLog}')
    const { log } = openProcessLog('json')
    const error = () => Object.assign(new Error('to 13800138000'), { detail: 'li@example.com' })
    process.once('unhandledRejection', () => setTimeout(() => {
      log.info('alive')
      throw error()
    }))
    void Promise.reject(error())`,
  )

  const { code, stderr } = await runLigature(t, [], { program })

  expect(code).toBe(1)
  const lines = stderr.trimEnd().split('\n')
  expect(lines).toHaveLength(3)
  expect(lines[0]).toContain('"level":50')
  expect(lines[0]).toContain('"message":"to [digits]"')
  expect(lines[1]).toContain('alive')
  expect(lines[2]).toContain('"level":60')
  expect(stderr).not.toMatch(/13800138000|li@example/)
})
