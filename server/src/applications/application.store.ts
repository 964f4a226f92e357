import { z } from 'zod'
import { type Db, lockRows, remembered, type Tx } from '../platform/db/index.ts'
import type { Tables } from '../platform/db/tables.ts'
import { keepKeysFor, signingAlgorithm, type SigningAlgorithm } from '../tokens/index.ts'
import { type AccessRule, accessRule } from './access-rule.ts'

declare module '../platform/db/tables.ts' {
  interface Tables {
    readonly application: {
      client_id: string
      name_zh: string
      name_en: string
      id_token_algorithm: string
      id_token_subject: string
      id_token_seconds: number
      session_seconds: number
      renews_session: number
      origins: string
      /** JSON, in the form of the configuration file. */
      access_rules: string
      created_at: number
      disabled_at: number | null
    }
  }
}

export const idTokenSubject = z.enum(['user_id', 'user_name'])
const originList = z.array(z.string())
const accessRules = z.array(accessRule)

/** What stands in an id_token's `sub`. A user id is never given to anybody else; a user name can be. */
export type IdTokenSubject = z.infer<typeof idTokenSubject>

/** An application that relies on us. */
export interface Application {
  readonly clientId: string
  /** As it stands in messages. */
  readonly name: { readonly zh: string; readonly en: string }
  readonly idToken: {
    readonly algorithm: SigningAlgorithm
    readonly subject: IdTokenSubject
    readonly lifetimeSeconds: number
  }
  readonly session: {
    readonly lifetimeSeconds: number
    /** A refresh gives a new session token with a full life. */
    readonly isRenewed: boolean
  }
  /** Web origins whose pages may call us for this application. */
  readonly origins: readonly string[]
  /** Who may come in how, after the rules of the deployment. */
  readonly accessRules: readonly AccessRule[]
}

/**
 * @returns `undefined` when it is unknown or disabled. What another process has changed of it counts here half a second
 *   later.
 */
export const findApplication = remembered(['application'], async (db, clientId) => {
  const row = await db
    .selectFrom('application')
    .selectAll()
    .where('client_id', '=', clientId)
    .where('disabled_at', 'is', null)
    .executeTakeFirst()

  return row && applicationOf(row)
})

/** @returns every application, disabled ones included */
export async function listApplications(
  db: Db | Tx,
): Promise<readonly (Application & { readonly isDisabled: boolean })[]> {
  const rows = await db.selectFrom('application').selectAll().orderBy('client_id').execute()
  return rows.map((row) => ({ ...applicationOf(row), isDisabled: row.disabled_at !== null }))
}

function applicationOf(row: Tables['application']): Application {
  return {
    clientId: row.client_id,
    name: { zh: row.name_zh, en: row.name_en },
    idToken: {
      algorithm: signingAlgorithm.parse(row.id_token_algorithm),
      subject: idTokenSubject.parse(row.id_token_subject),
      lifetimeSeconds: row.id_token_seconds,
    },
    session: { lifetimeSeconds: row.session_seconds, isRenewed: row.renews_session === 1 },
    origins: originList.parse(JSON.parse(row.origins)),
    accessRules: accessRules.parse(JSON.parse(row.access_rules)),
  }
}

/** @returns the origins of every application that is not disabled */
export async function allOrigins(db: Db): Promise<readonly string[]> {
  const rows = await db.selectFrom('application').select('origins').where('disabled_at', 'is', null).execute()
  return rows.flatMap((row) => originList.parse(JSON.parse(row.origins)))
}

/** @returns the algorithms that some application's id_tokens are signed with */
export async function algorithmsInUse(db: Db): Promise<ReadonlySet<SigningAlgorithm>> {
  const rows = await db.selectFrom('application').select('id_token_algorithm').distinct().execute()
  return new Set(rows.map((row) => signingAlgorithm.parse(row.id_token_algorithm)))
}

/** @returns the longest life of an id_token that an application's settings allow; 0 without applications */
export async function longestIdTokenSeconds(db: Db): Promise<number> {
  const row = await db
    .selectFrom('application')
    .select((application) => application.fn.max('id_token_seconds').as('longest'))
    .executeTakeFirst()
  return row?.longest ?? 0
}

/** Writes an application as described, new or known. A disabled one stays so. */
export async function saveApplication(db: Db | Tx, application: Application, now: number): Promise<void> {
  await keepKeysOfEarlierTokens(db, application, now)
  const fields = {
    name_zh: application.name.zh,
    name_en: application.name.en,
    id_token_algorithm: application.idToken.algorithm,
    id_token_subject: application.idToken.subject,
    id_token_seconds: application.idToken.lifetimeSeconds,
    session_seconds: application.session.lifetimeSeconds,
    renews_session: application.session.isRenewed ? 1 : 0,
    origins: JSON.stringify(application.origins),
    access_rules: JSON.stringify(z.encode(accessRules, [...application.accessRules])),
  }
  await db
    .insertInto('application')
    .values({ client_id: application.clientId, created_at: now, disabled_at: null, ...fields })
    .onConflict((conflict) => conflict.column('client_id').doUpdateSet(fields))
    .execute()
}

/**
 * Shuts an application out with all its users, or lets it in again.
 *
 * @returns `false` when that was so before
 */
export async function setApplicationDisabled(
  tx: Tx,
  clientId: string,
  disabledAt: number | null,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('application')
    .set({ disabled_at: disabledAt })
    .where('client_id', '=', clientId)
    .where('disabled_at', disabledAt === null ? 'is not' : 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** Until the transaction ends, nothing new can belong to this application. */
export async function lockApplication(tx: Tx, clientId: string): Promise<void> {
  await tx
    .selectFrom('application')
    .select('client_id')
    .where('client_id', '=', clientId)
    .$call(lockRows(tx))
    .execute()
}

/** Removes an application to which nothing belongs. */
export async function removeApplication(tx: Tx, clientId: string): Promise<void> {
  await tx.deleteFrom('application').where('client_id', '=', clientId).execute()
}

/** The id_tokens that were issued until now may be signed otherwise, or live longer, than those that follow. */
async function keepKeysOfEarlierTokens(
  db: Db | Tx,
  { clientId, idToken }: Application,
  now: number,
): Promise<void> {
  const earlier = await db
    .selectFrom('application')
    .select(['id_token_algorithm', 'id_token_seconds'])
    .where('client_id', '=', clientId)
    .executeTakeFirst()
  if (earlier === undefined) return
  const algorithm = signingAlgorithm.parse(earlier.id_token_algorithm)
  const lifetimeSeconds = earlier.id_token_seconds
  if (algorithm === idToken.algorithm && lifetimeSeconds <= idToken.lifetimeSeconds) return
  await keepKeysFor(db, { algorithm, lifetimeSeconds }, now)
}
