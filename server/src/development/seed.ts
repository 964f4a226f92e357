import { saveApplication } from '../applications/index.ts'
import { saveConnection } from '../connections/index.ts'
import { importPassword } from '../credentials/index.ts'
import { type Db, inTransaction } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { createUser, findUserByName, parseEmail, parseMobile } from '../users/index.ts'
import { setTestAddress } from '../verifications/index.ts'
import { demoApplications, demoConnections, demoTestAddresses, demoUser } from './demo.ts'

/** Puts the demo data in place. What is there already stays, so a second start finds the first one's users. */
export async function seed(db: Db, vault: Vault, now: number): Promise<void> {
  for (const application of demoApplications) await saveApplication(db, application, now)
  for (const connection of demoConnections) await saveConnection(db, vault, connection, now)
  for (const { address, verifyCode } of demoTestAddresses) {
    const parsed = address.includes('@') ? parseEmail(address) : await parseMobile(address)
    await setTestAddress(db, vault, parsed, verifyCode)
  }
  if ((await findUserByName(db, demoUser.userName)) !== undefined) return
  const addresses = [
    { address: await parseMobile(demoUser.mobile), isVerified: true },
    { address: parseEmail(demoUser.email), isVerified: true },
  ]
  await inTransaction(db, async (tx) => {
    const user = await createUser(
      tx,
      vault,
      { userName: demoUser.userName, name: demoUser.name, addresses },
      now,
    )
    if (typeof user === 'string') throw new Error(`the demo user could not be made: ${user}`)
    await importPassword(tx, vault, user.id, demoUser.passwordHash, now)
  })
}
