import { z } from 'zod'

const clientData = z.object({ challenge: z.string(), crossOrigin: z.boolean().optional() })

/** What a browser says of a ceremony, as far as we look at it ourselves; nothing of it is verified yet. */
export function readClientData(clientDataJson: string): z.infer<typeof clientData> | undefined {
  try {
    return clientData.parse(JSON.parse(Buffer.from(clientDataJson, 'base64url').toString()))
  } catch {
    return undefined
  }
}

/**
 * Refuses what was done in a frame of another site: its user may not have seen for whom.
 *
 * @throws {Error}
 */
export function requireOwnPage(clientDataJson: string): void {
  if (readClientData(clientDataJson)?.crossOrigin === true) throw new Error('in a frame of another site')
}
