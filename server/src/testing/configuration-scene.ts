import type { TestContext } from 'vitest'
import type { Deployment } from '../deployment.ts'
import {
  applyFile,
  mistakesOf,
  newConfigurationFile,
  newDeployment,
  type TestApply,
  type TestFile,
} from './configuration.ts'

export const SHOP = 'd7f1c2a94be0436f8a51e3907bc6d284'
export const CINEMA = 'c1fe50aa4be0436f8a51e3907bc6d284'

/** Two applications with one connection, and a test address. */
export const shopAndCinema = `
applications:
  ${SHOP}:
    name: { zh: 商城, en: Shop }
    session: { lifetime: 7 days }
    origins: [https://shop.example.com]
  ${CINEMA}:
    name: Cinema
connections:
  shop:
    kind: wechat-mini-program
    applications: [${SHOP}, ${CINEMA}]
    app_id: wx0123456789abcdef
    app_secret: \${SHOP_SECRET}
test_addresses:
  13900139000: "482913"
`

/** A deployment and a file that is applied to it. */
export interface Scene {
  readonly deployment: Deployment
  readonly file: TestFile
  apply(text?: string, options?: TestApply): Promise<readonly string[]>
  /** The mistakes of a file that is refused. */
  refused(text: string, options?: TestApply): Promise<string[]>
}

/** @param deployment a new one for production when not given */
export async function newScene(t: TestContext, deployment?: Deployment): Promise<Scene> {
  const used = deployment ?? (await newDeployment(t))
  const file = newConfigurationFile(t)
  const apply = (text?: string, options?: TestApply) => {
    if (text !== undefined) file.write(text)
    return applyFile(used, file, options)
  }
  return {
    deployment: used,
    file,
    apply,
    refused: async (text, options) =>
      mistakesOf(await apply(text, options).catch((error: unknown) => error), file),
  }
}
