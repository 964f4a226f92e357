import { listApplications } from '../../applications/index.ts'
import { listConnections } from '../../connections/index.ts'
import type { Db } from '../../platform/db/index.ts'
import { type Finding, finding } from '../../platform/finding.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import { listTestAddresses } from '../../verifications/index.ts'
import { applicationFindings, proxyFindings, testAddressFindings } from './deployment-findings.ts'
import { type Diagnosis, diagnose } from './subject.ts'

/** Looks whether there are applications, and whether people can come to each. */
export async function checkApplications({
  db,
  vault,
}: {
  readonly db: Db
  readonly vault: Vault
}): Promise<readonly Diagnosis[]> {
  const applications = (await listApplications(db)).filter(({ isDisabled }) => !isDisabled)
  if (applications.length === 0) return diagnose({ kind: 'application' }, [finding(applicationFindings.none)])
  const connections = (await listConnections(db, vault)).filter(({ isDisabled }) => !isDisabled)
  const connected = new Set(connections.flatMap(({ clientIds }) => clientIds))
  return applications.flatMap(({ clientId }) =>
    diagnose({ kind: 'application', name: clientId }, [
      finding(
        connected.has(clientId) ? applicationFindings.connected : applicationFindings.withoutConnection,
      ),
    ]),
  )
}

/** Test addresses have a code that never changes, so each one is a way in for whoever knows it. */
export async function checkTestAddresses(db: Db): Promise<readonly Finding[]> {
  const addresses = await listTestAddresses(db)
  return addresses.length === 0
    ? [finding(testAddressFindings.none)]
    : [finding(testAddressFindings.some, addresses.map(({ masked }) => masked).join(', '))]
}

/** An https URL means that something stands before this server, which speaks plain http. */
export function checkProxies(
  publicUrl: string | undefined,
  trustedProxies: readonly string[],
): readonly Finding[] {
  if (trustedProxies.length > 0) return [finding(proxyFindings.trusted, trustedProxies.join(', '))]
  const isBehindOne = publicUrl?.startsWith('https://') === true
  return [finding(isBehindOne ? proxyFindings.untrusted : proxyFindings.none)]
}
