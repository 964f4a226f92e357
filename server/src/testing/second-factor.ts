import { z } from 'zod'
import { accessPolicy } from '../access/index.ts'
import { savePolicy } from '../platform/policy/index.ts'
import type { MiniProgram, Reply } from './mini-program.ts'
import type { TestServer } from './server.ts'

const stepsOf = z.object({ mfaAuthFlow: z.array(z.string()) })

type AccessFields = z.input<typeof accessPolicy.schema>

/** Sets the rules of the deployment, and what else the section says. */
export async function setAccess(
  { deployment }: Pick<TestServer, 'deployment'>,
  fields: AccessFields,
): Promise<void> {
  await savePolicy(deployment.db, accessPolicy, fields)
}

/** From now on everybody has to show a second factor. */
export async function wantSecondFactor(server: Pick<TestServer, 'deployment'>): Promise<void> {
  await setAccess(server, { rules: [{ name: 'everybody', result: 'second_factor' }] })
}

/** A sign-in that waits for a second factor. */
export interface PendingFactor {
  readonly stateToken: string
  readonly headers: Readonly<Record<string, string>>
  /**
   * Asks for a code to this own address, and presents it.
   *
   * @param more fields; `verify_code` where the address has a fixed one
   */
  passByCode(address: string, more?: Readonly<Record<string, unknown>>): Promise<Reply>
  /** The steps that are open now. */
  steps(): Promise<string[]>
}

/** @param reply that says `MFA_AUTH` */
export function pendingFactor(program: MiniProgram, reply: Reply): PendingFactor {
  if (reply.outcome !== 'MFA_AUTH') throw new Error(`no second factor is wanted: ${reply.text}`)
  const stateToken = String(reply.body['state_token'])
  const headers = { 'X-state-token': stateToken }
  return {
    stateToken,
    headers,
    async passByCode(address, more = {}) {
      const isEmail = address.includes('@')
      await program.send(address, isEmail ? 'MFA_AUTH_EMS' : 'MFA_AUTH_SMS', stateToken)
      const body = {
        [isEmail ? 'email' : 'mobile']: address,
        ...more,
        verify_code: more['verify_code'] ?? (await program.newestCode(address)),
      }
      return program.call(isEmail ? 'mfa/email' : 'mfa/sms', { headers, body })
    },
    async steps() {
      const looked = await program.call('/api/v2/ligature/sign-in', { method: 'GET', headers })
      const data: unknown = JSON.parse(String(looked.body['data']))
      return stepsOf.parse(data).mfaAuthFlow
    },
  }
}
