import { expect, type TestContext } from 'vitest'
import { importUsers } from '../operators/index.ts'
import { makeDataWithTables } from './data-with-tables.ts'
import type { Reply } from './mini-program.ts'
import { type Exit, runLigature } from './server-process.ts'
import { startServer, type TestServer } from './server.ts'
import type { TestData } from './test-data.ts'
import { mobileUsers } from './two-instances.ts'

export const CHANGE_MASTER_KEY = ['keys', 'change-master-key']
export const NEW_KEY = Buffer.alloc(32, 8).toString('base64')
const OLD_KEY = Buffer.alloc(32, 7).toString('base64')

/**
 * Data of a deployment that was in use and is stopped. Its master key is in the environment.
 *
 * @param people how many users have a verified mobile number, from 13800000000 on; 13900000000 is unverified
 */
export async function makeUsedData(t: TestContext, people = 3): Promise<TestData> {
  const empty = await makeDataWithTables()
  t.onTestFinished(() => empty.remove())
  const data = withMasterKey(empty, OLD_KEY)
  await use(t, data, people)
  return data
}

/** Has people sign in, rightly and wrongly, and stops. */
export async function use(t: TestContext, data: TestData, people: number): Promise<void> {
  const server = await startServer(t, { data })
  const now = server.clock.now()
  await importUsers(server.deployment, mobileUsers(people), now)
  await server.addUser({ userName: 'unproved', mobile: '13900000000', isVerified: false })
  await signIn(server, 'alice', '11012345678', '232326')
  const pending = await server.miniProgram().openSignIn('bob')
  await pending.send('13800000000')
  await pending.bind('13800000000', '000000')
  await server.stop()
}

export async function signIn(
  server: TestServer,
  person: string,
  mobile: string,
  code?: string,
): Promise<Reply> {
  const pending = await server.miniProgram().openSignIn(person)
  expect(await pending.send(mobile)).toMatchObject({ outcome: 'OK' })
  return pending.bind(mobile, code ?? (await server.miniProgram().newestCode(mobile)))
}

/** The same data, opened with this key. */
export function withMasterKey(
  { settings, process: inProcess, remove }: TestData,
  masterKey: string,
): TestData {
  const environment = { ...inProcess.environment, LIGATURE_MASTER_KEY: masterKey }
  return { settings: { ...settings, masterKey }, process: { environment }, remove }
}

/** Changes the master key to `NEW_KEY` in a process of its own. */
export function changeMasterKey(
  t: TestContext,
  data: TestData,
  environment: Readonly<Record<string, string>> = {},
  preload?: string,
): Promise<Exit & { readonly stdout: string; readonly stderr: string }> {
  return runLigature(t, CHANGE_MASTER_KEY, {
    environment: { LIGATURE_NEW_MASTER_KEY: NEW_KEY, ...data.process.environment, ...environment },
    ...(preload !== undefined && { preload }),
  })
}
