import { openDeployment } from '../../deployment.ts'
import { systemClock } from '../../platform/clock.ts'
import { createUser, parseMobile } from '../../users/index.ts'
import { type ProcessOptions, type ServerProcess, startProcess } from '../server-process.ts'
import type { TestData } from '../test-data.ts'
import { openScene, type Scene } from './scene.ts'

/** A scene whose server is a process of its own, which can be killed and started again on the same data. */
export interface ProcessScene {
  readonly scene: Scene
  /** The process that serves now. */
  server(): ServerProcess
  restart(options?: ProcessOptions): Promise<void>
}

/** What a test of vitest is handed. */
interface RunningTest {
  readonly onTestFinished: (close: () => Promise<void>) => void
}

/** @param options how the process reaches the data, which need not be how this one does */
export async function openProcessScene(
  t: RunningTest,
  data: TestData,
  options: ProcessOptions,
): Promise<ProcessScene> {
  const args = ['dev', '--log', 'json', '--public-url', 'https://id.example.com']
  let server = await startProcess(t, args, options)
  const logs: (() => string)[] = [server.stderr]
  const { db, vault, close } = await openDeployment(data.settings, 'development', systemClock.now())
  t.onTestFinished(close)

  const scene = await openScene({
    url: () => server.url,
    clock: systemClock,
    addUser: async (mobile) => {
      const addresses = [{ address: await parseMobile(mobile), isVerified: true }]
      await db.transaction().execute((tx) => createUser(tx, vault, { addresses }, systemClock.now()))
    },
    db,
    log: () => logs.map((log) => log()).join(''),
  })
  return {
    scene,
    server: () => server,
    async restart(next = options) {
      await server.kill('SIGKILL')
      server = await startProcess(t, args, next)
      logs.push(server.stderr)
    },
  }
}
