import {
  checkWeChat,
  connectionFindings as found,
  listConnections,
  type UnionEvidence,
  unionEvidenceOf,
} from '../../connections/index.ts'
import type { Db } from '../../platform/db/index.ts'
import { type Finding, finding } from '../../platform/finding.ts'
import type { Outbound } from '../../platform/outbound/outbound.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import { findNewestSignInUnion } from '../../sign-in/index.ts'
import { type Diagnosis, diagnose } from './subject.ts'

export interface CheckConnectionsDeps {
  readonly db: Db
  readonly vault: Vault
  readonly outbound: Outbound
  readonly weChatApi: URL
}

/** Looks at every connection that is not disabled, all at once. */
export async function checkConnections(deps: CheckConnectionsDeps): Promise<readonly Diagnosis[]> {
  const connections = (await listConnections(deps.db, deps.vault)).filter(({ isDisabled }) => !isDisabled)
  const diagnoses = await Promise.all(
    connections.map(async (connection) => {
      const [atWeChat, evidence, newestSignIn] = await Promise.all([
        checkWeChat(deps, connection),
        unionEvidenceOf(deps.db, connection.id),
        findNewestSignInUnion(deps.db, connection.id),
      ])
      const union = aboutUnion(connection.openPlatform !== undefined, evidence, newestSignIn)
      return diagnose({ kind: 'connection', name: connection.name }, [...atWeChat, union])
    }),
  )
  return diagnoses.flat()
}

/** Nobody at WeChat can be asked whether a unionid comes: only those who have signed in show it. */
function aboutUnion(
  isNeeded: boolean,
  { people, withUnion, hasNewestUnion }: UnionEvidence,
  newestSignIn: boolean | undefined,
): Finding {
  if (!isNeeded) return finding(found.unionNotNeeded)
  if (people === 0 && newestSignIn === undefined) return finding(found.unionUnknown)
  if (withUnion === 0 && newestSignIn !== true) return finding(found.unionMissing)
  if ((newestSignIn ?? hasNewestUnion) === false) return finding(found.unionStopped)
  return people === 0
    ? finding(found.unionCame)
    : finding(found.unionComes, String(withUnion), String(people))
}
