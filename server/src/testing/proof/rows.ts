import { hashToken } from '../../platform/secrets.ts'
import type { Evidence, Rows } from './evidence.ts'
import { handedOut } from './lives.ts'
import { provesOf } from './one-time.ts'

export function* oneOfEach({ rows, history }: Evidence): Iterable<string> {
  yield* twice(rows.identity, (row) => `${row.connection_id} ${row.subject}`, 'an identity has two users')
  yield* twice(
    rows.identity.filter((row) => row.sole_of_user_id !== null),
    (row) => `${row.connection_id} ${row.sole_of_user_id}`,
    'a user has two identities of a connection that refuses a second',
  )
  yield* twice(
    rows.user_address.filter((row) => row.verified_at !== null),
    (row) => row.address_index,
    'an address is verified by two users',
  )
  const entries = history.flatMap((event) =>
    (event.kind === 'login' || event.kind === 'prove') && event.session
      ? [{ who: `${event.clientId} ${event.person}`, userId: event.session.userId }]
      : [],
  )
  for (const [who, own] of Map.groupBy(entries, (entry) => entry.who)) {
    const users = new Set(own.map(({ userId }) => userId))
    if (users.size > 1) yield `${who} came in as ${[...users].join(' and ')}`
  }
}

function* twice<Row>(rows: readonly Row[], keyOf: (row: Row) => string, says: string): Iterable<string> {
  for (const [key, same] of Map.groupBy(rows, keyOf)) if (same.length > 1) yield `${says}: ${key}`
}

export function* bindsWhole({ rows, history }: Evidence): Iterable<string> {
  for (const prove of provesOf(history)) {
    if (prove.outcome !== 'ok') continue
    const signIn = rows.sign_in.find((row) => row.state_token_hash === hashToken(prove.stateToken))
    if (signIn === undefined || signIn.completed_at === null)
      yield `the bind of ${prove.person} was acknowledged, and is not there`
  }
  const bound = rows.audit_event.filter((event) => event.kind === 'identity_bound')
  for (const signIn of rows.sign_in.filter((row) => row.completed_at !== null)) {
    yield* missingOf(
      rows,
      signIn,
      bound.find((event) => event.sign_in_id === signIn.id),
    )
  }
  for (const event of bound) {
    const signIn = rows.sign_in.find((row) => row.id === event.sign_in_id)
    if (signIn?.completed_at === null) yield `sign-in ${signIn.id} was bound, and is open`
  }
  yield* usedForNothing(rows)
  for (const session of rows.session) {
    const isRecorded = rows.audit_event.some(
      (event) => event.kind === 'session_opened' && event.session_id === session.id,
    )
    if (!isRecorded) yield `session ${session.id} was opened, and it was not recorded`
  }
}

const endsOfACode: readonly string[] = ['session_opened', 'bind_refused', 'access_denied']

/** A right code ends in a session or in a recorded refusal, in the transaction that uses it. */
function* usedForNothing(rows: Rows): Iterable<string> {
  for (const code of rows.verification) {
    const isAnswered = rows.audit_event.some(
      (event) =>
        endsOfACode.includes(event.kind) && event.client_id === code.client_id && event.at === code.used_at,
    )
    if (code.used_at !== null && !isAnswered) yield `the code of verification ${code.id} was used for nothing`
  }
}

function* missingOf(
  rows: Rows,
  signIn: Rows['sign_in'][number],
  bound: Rows['audit_event'][number] | undefined,
): Iterable<string> {
  const what = `sign-in ${signIn.id} was completed`
  if (bound === undefined) {
    yield `${what}, and the bind was not recorded`
    return
  }
  const isBound = rows.identity.some(
    (row) =>
      row.connection_id === signIn.connection_id &&
      row.subject === signIn.subject &&
      row.user_id === bound.user_id,
  )
  const isGone = rows.audit_event.some(
    (event) =>
      (event.kind === 'identity_unbound' || event.kind === 'user_deleted') &&
      event.user_id === bound.user_id &&
      event.at >= bound.at,
  )
  if (!isBound && !isGone) yield `${what} without its identity`
  // A session goes with the identity that opened it.
  const hasSession = rows.session.some((row) => row.sign_in_id === signIn.id)
  if (!hasSession && !isGone) yield `${what} without a session`

  const codes = rows.verification.filter(
    (row) =>
      row.address_index === bound.address_index &&
      row.client_id === signIn.client_id &&
      (row.sign_in_id === signIn.id || row.sign_in_id === '') &&
      row.sent_at <= bound.at,
  )
  if (codes.length > 0 && codes.every((row) => row.used_at === null)) yield `${what} with its code unused`
}

export function* failuresLeaveNothing({ rows, history }: Evidence): Iterable<string> {
  const proves = provesOf(history)
  for (const [person, own] of Map.groupBy(proves, (prove) => `${prove.clientId} ${prove.person}`)) {
    if (own.some(({ outcome }) => outcome !== 'fail')) continue
    const cameIn = history.some(
      (event) =>
        event.kind === 'login' &&
        `${event.clientId} ${event.person}` === person &&
        event.session !== undefined,
    )
    if (cameIn) yield `${person} was refused each time, and came in`
    const tokens = new Set(own.map(({ stateToken }) => hashToken(stateToken)))
    for (const signIn of rows.sign_in.filter((row) => tokens.has(row.state_token_hash))) {
      yield* leftBy(rows, signIn)
    }
  }
}

function* leftBy(rows: Rows, signIn: Rows['sign_in'][number]): Iterable<string> {
  const what = `sign-in ${signIn.id} was refused each time`
  if (signIn.completed_at !== null) yield `${what}, and is completed`
  if (rows.session.some((row) => row.sign_in_id === signIn.id)) yield `${what}, and has a session`
  const isBound = rows.identity.some(
    (row) => row.connection_id === signIn.connection_id && row.subject === signIn.subject,
  )
  if (isBound) yield `${what}, and its identity is bound`
}

export function* noOrphans({ rows, history }: Evidence): Iterable<string> {
  const users = new Set(rows.user.map((row) => row.id))
  const connections = new Set(rows.connection.map((row) => row.id))
  for (const table of ['user_address', 'identity', 'session'] as const) {
    for (const row of rows[table]) {
      if (!users.has(row.user_id)) yield `a row of ${table} has no user ${row.user_id}`
    }
  }
  const identities = new Set(rows.identity.map((row) => row.id))
  for (const { identity_id: identityId } of rows.session) {
    if (identityId !== null && !identities.has(identityId))
      yield `a row of session has no identity ${identityId}`
  }
  for (const table of ['identity', 'sign_in'] as const) {
    for (const { connection_id: connectionId } of rows[table]) {
      if (connectionId !== null && !connections.has(connectionId))
        yield `a row of ${table} has no connection ${connectionId}`
    }
  }
  for (const { user_id: userId } of rows.sign_in) {
    if (userId !== null && !users.has(userId)) yield `a row of sign_in has no user ${userId}`
  }
  const deleted = new Set(
    rows.audit_event.flatMap((event) => (event.kind === 'user_deleted' ? [event.user_id] : [])),
  )
  for (const { userId } of handedOut(history)) {
    if (!users.has(userId) && !deleted.has(userId))
      yield `a session was handed out to ${userId}, who is not there`
  }
}
