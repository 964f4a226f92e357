import type { Db, Tx } from '../platform/db/index.ts'
import type { KeyedColumn } from '../platform/vault/keyed-column.ts'

declare module '../platform/db/tables.ts' {
  interface Tables {
    readonly human_check_slider: {
      token_hash: string
      client_id: string
      expected_x: number
      checked_at: number | null
      sender_index: string | null
      credential_hash: string | null
      encrypted_credential_hash: string | null
      used_at: number | null
      expires_at: number
    }
  }
}

/** A picture lives two minutes: after a change of the master key people ask for a new one. */
export const keyedColumns: readonly KeyedColumn[] = [
  {
    table: 'human_check_slider',
    column: 'sender_index',
    whenMasterKeyChanges: { is: 'removed with its row', key: 'token_hash' },
  },
]

/** Keeps a picture that was handed out. */
export async function insert(
  tx: Tx,
  slider: {
    readonly tokenHash: string
    readonly clientId: string
    readonly expectedX: number
    readonly expiresAt: number
  },
): Promise<void> {
  await tx
    .insertInto('human_check_slider')
    .values({
      token_hash: slider.tokenHash,
      client_id: slider.clientId,
      expected_x: slider.expectedX,
      checked_at: null,
      sender_index: null,
      credential_hash: null,
      encrypted_credential_hash: null,
      used_at: null,
      expires_at: slider.expiresAt,
    })
    .execute()
}

/**
 * Spends the one look at a picture.
 *
 * @returns where its piece belongs; `undefined` when it is unknown, expired, another application's, or was looked at
 */
export async function spendLook(
  tx: Tx,
  tokenHash: string,
  clientId: string,
  now: number,
): Promise<number | undefined> {
  const row = await tx
    .updateTable('human_check_slider')
    .set({ checked_at: now })
    .where('token_hash', '=', tokenHash)
    .where('client_id', '=', clientId)
    .where('checked_at', 'is', null)
    .where('expires_at', '>', now)
    .returning('expected_x')
    .executeTakeFirst()
  return row?.expected_x
}

/** What a solved slider is good for. */
export interface SliderCredential {
  readonly senderIndex: string
  readonly credentialHash: string
  readonly encryptedCredentialHash: string
  readonly expiresAt: number
}

/** Makes a credential of a picture. The look that came before holds its row, so nobody else can be here. */
export async function pass(tx: Tx, tokenHash: string, credential: SliderCredential): Promise<void> {
  await tx
    .updateTable('human_check_slider')
    .set({
      sender_index: credential.senderIndex,
      credential_hash: credential.credentialHash,
      encrypted_credential_hash: credential.encryptedCredentialHash,
      expires_at: credential.expiresAt,
    })
    .where('token_hash', '=', tokenHash)
    .execute()
}

/** Whom a credential has to be for. */
export interface CredentialUse {
  readonly credentialHash: string
  /** Of the part before the hyphens, where there are any. */
  readonly tokenHash: string | undefined
  readonly clientId: string
  readonly senderIndex: string
}

/** Of two simultaneous callers one gets `used`. */
export type UseOutcome = 'used' | 'over' | 'no match'

/** Uses a credential, once. */
export async function use(tx: Tx, credential: CredentialUse, now: number): Promise<UseOutcome> {
  const { credentialHash, tokenHash, clientId, senderIndex } = credential
  const row = await tx
    .selectFrom('human_check_slider')
    .select('token_hash')
    .where((where) =>
      tokenHash === undefined
        ? where('encrypted_credential_hash', '=', credentialHash)
        : where.and({ token_hash: tokenHash, credential_hash: credentialHash }),
    )
    .where('client_id', '=', clientId)
    .where('sender_index', '=', senderIndex)
    .executeTakeFirst()
  if (row === undefined) return 'no match'

  const { numUpdatedRows } = await tx
    .updateTable('human_check_slider')
    .set({ used_at: now })
    .where('token_hash', '=', row.token_hash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n ? 'used' : 'over'
}

/**
 * Forgets pictures that are over. Nothing depends on this: an end is checked when it matters.
 *
 * @returns how many were removed
 */
export async function sweep(db: Db, endedBefore: number, atMost: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('human_check_slider')
    .where('token_hash', 'in', (old) =>
      old
        .selectFrom('human_check_slider')
        .select('token_hash')
        .where('expires_at', '<', endedBefore)
        .limit(atMost),
    )
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
