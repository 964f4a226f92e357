import { connectionSealedColumns } from './connections/index.ts'
import {
  passkeySealedColumns,
  passwordHistorySealedColumns,
  passwordSealedColumns,
  recoveryCodeSealedColumns,
  totpSealedColumns,
} from './credentials/index.ts'
import { demoApplications, demoConnections } from './development/index.ts'
import { messageSealedColumns } from './messages/index.ts'
import type { Row, TableFate } from './platform/transfer/table-fate.ts'
import { endEverySession } from './sessions/index.ts'
import { endEveryOpenSignIn } from './sign-in/index.ts'
import { userAttributeSealedColumns, userSealedColumns } from './users/index.ts'

const demoIds: ReadonlySet<unknown> = new Set([
  ...demoApplications.map(({ clientId }) => clientId),
  ...demoConnections.map(({ id }) => id),
])

const configuration = { isConfiguration: true } as const
const people = { isConfiguration: false } as const

/**
 * Every table: what a restore does to it, and how a copy takes it along. A test compares the list with the
 * tables, so that nobody adds one without deciding.
 *
 * A copy goes through it in this order: what hangs on a row comes after it. So does a restore: a request under
 * way on another instance holds its sign-in before it opens a session, and is waited for there.
 *
 * @see docs/decisions/0017-restore-and-copy.md
 */
export const tableFates: readonly TableFate[] = [
  // --- this deployment's own: the target of a copy has its own
  { table: 'deployment', whenRestored: 'kept', whenCopied: 'left' },
  { table: 'data_key', whenRestored: 'kept', whenCopied: 'left' },
  { table: 'signing_key', whenRestored: 'kept', whenCopied: 'left' },

  // --- configuration
  { table: 'policy', whenRestored: 'kept', whenCopied: { key: ['name'], ...configuration } },
  {
    table: 'gateway',
    whenRestored: 'kept',
    whenCopied: { key: ['name'], sealed: messageSealedColumns, ...configuration },
  },
  {
    table: 'application',
    whenRestored: 'kept',
    whenCopied: { key: ['client_id'], isOfDemo, ...configuration },
  },
  {
    table: 'connection',
    whenRestored: 'kept',
    whenCopied: { key: ['id'], sealed: connectionSealedColumns, isOfDemo, ...configuration },
  },
  {
    table: 'connection_application',
    whenRestored: 'kept',
    whenCopied: { key: ['client_id', 'kind'], isOfDemo, ...configuration },
  },
  // Whoever knows one is let in: it is to be given again, on purpose.
  { table: 'test_address', whenRestored: 'kept', whenCopied: 'left' },

  // --- people
  {
    table: 'user',
    whenRestored: 'kept',
    whenCopied: { key: ['id'], sealed: userAttributeSealedColumns, ...people },
  },
  {
    table: 'user_address',
    whenRestored: 'kept',
    whenCopied: {
      key: ['user_id', 'channel'],
      sealed: userSealedColumns,
      indices: { address_index: '' },
      ...people,
    },
  },
  {
    table: 'password',
    whenRestored: 'kept',
    whenCopied: { key: ['user_id'], sealed: passwordSealedColumns, ...people },
  },
  {
    table: 'password_history',
    whenRestored: 'kept',
    whenCopied: { key: ['id'], sealed: passwordHistorySealedColumns, ...people },
  },
  {
    table: 'totp',
    whenRestored: 'kept',
    whenCopied: { key: ['user_id'], sealed: totpSealedColumns, ...people },
  },
  // One that was used since the backup is good again; without them its user might be locked out.
  {
    table: 'recovery_code',
    whenRestored: 'kept',
    whenCopied: { key: ['id'], sealed: recoveryCodeSealedColumns, ...people },
  },
  {
    table: 'passkey',
    whenRestored: 'kept',
    whenCopied: { key: ['id'], sealed: passkeySealedColumns, ...people },
  },
  { table: 'identity', whenRestored: 'kept', whenCopied: { key: ['id'], ...people } },
  {
    table: 'unbound_identity',
    whenRestored: 'kept',
    whenCopied: { key: ['connection_id', 'subject'], ...people },
  },

  { table: 'user_group', whenRestored: 'kept', whenCopied: { key: ['user_id', 'name'], ...people } },
  { table: 'user_visit', whenRestored: 'kept', whenCopied: { key: ['user_id', 'country'], ...people } },

  // --- what was open or valid for a while
  { table: 'sign_in', whenRestored: endEveryOpenSignIn, whenCopied: 'left' },
  { table: 'session', whenRestored: endEverySession, whenCopied: 'left' },
  { table: 'trusted_device', whenRestored: 'emptied', whenCopied: 'left' },
  { table: 'verification', whenRestored: 'emptied', whenCopied: 'left' },
  { table: 'passkey_challenge', whenRestored: 'emptied', whenCopied: 'left' },
  { table: 'human_check_slider', whenRestored: 'emptied', whenCopied: 'left' },
  // What was used before the backup stays used.
  { table: 'human_check_work', whenRestored: 'kept', whenCopied: 'left' },
  { table: 'human_check_count', whenRestored: 'emptied', whenCopied: 'left' },
  { table: 'human_check_breaker', whenRestored: 'emptied', whenCopied: 'left' },
  // What it tells of was undone with everything else since the backup, or the person was told already.
  { table: 'notice', whenRestored: 'emptied', whenCopied: 'left' },
  // WeChat has replaced it since, perhaps; the next call asks for one.
  { table: 'access_token', whenRestored: 'emptied', whenCopied: 'left' },
  // Who had the data open then has not these; who was left running on these finds out by it, and ends.
  { table: 'running_process', whenRestored: 'emptied', whenCopied: 'left' },
  // What was spent since the backup is not known; what was spent before still counts.
  { table: 'password_guess', whenRestored: 'kept', whenCopied: 'left' },
  { table: 'budget', whenRestored: 'kept', whenCopied: 'left' },

  // --- what happened
  {
    table: 'message_attempt',
    whenRestored: 'kept',
    whenCopied: { key: ['id'], indices: { address_index: '' }, ...people },
  },
  {
    table: 'audit_event',
    whenRestored: 'kept',
    whenCopied: { key: ['id'], indices: { address_index: null }, ...people },
  },
]

/** An application or connection that `dev` makes at each start, or a row that hangs on one. */
function isOfDemo(row: Row): boolean {
  return ['client_id', 'id', 'connection_id'].some((column) => demoIds.has(row[column]))
}
