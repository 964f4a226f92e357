import { record } from '../audit/index.ts'
import type { Tx } from '../platform/db/index.ts'
import { readPolicy } from '../platform/policy/index.ts'
import { hashToken, randomAlphanumeric, randomId } from '../platform/secrets.ts'
import { accessPolicy } from './access-policy.ts'
import * as devices from './trusted-device.store.ts'

/** 190 bits. */
const TOKEN_LENGTH = 32

/** What a client keeps of a device that its user trusts. */
export interface DeviceTrust {
  /** Given to the client and kept nowhere. */
  readonly deviceToken: string
  readonly expiresInSeconds: number
}

/**
 * Notes that a user trusts the device on which he has just shown his second factor. What the device is known by is
 * this token and nothing that the client says of itself.
 *
 * @returns `undefined` where this deployment has no trusted devices
 */
export async function trustDevice(
  tx: Tx,
  of: {
    readonly userId: string
    readonly clientId: string
    readonly ip: string
    /** What the client said of its device, as JSON. */
    readonly device: string
    readonly signInId: string
  },
  now: number,
): Promise<DeviceTrust | undefined> {
  const { trusted_device: lifetimeMs } = await readPolicy(tx, accessPolicy)
  if (lifetimeMs === null) return undefined
  const deviceToken = randomAlphanumeric(TOKEN_LENGTH)
  const { userId, clientId, signInId, ip, device } = of
  await record(tx, { kind: 'device_trusted', at: now, clientId, userId, signInId, ip })
  await devices.insert(tx, {
    id: randomId(),
    tokenHash: hashToken(deviceToken),
    userId,
    clientId,
    ip,
    device,
    trustedAt: now,
    expiresAt: now + lifetimeMs,
  })
  return { deviceToken, expiresInSeconds: Math.floor(lifetimeMs / 1000) }
}
