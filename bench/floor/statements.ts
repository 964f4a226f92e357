/**
 * The tables and statements of the floor: the fewest that keep what a sign-in promises. A guess is paid before
 * the comparison and durable before the answer; after a right code, using the code, completing the sign-in,
 * binding, opening the session and the audit event commit together. Nothing else is kept: no budget of an
 * address, no notice, no index that only a listing or a sweep needs.
 *
 * A change here moves every ratio, so it needs a page in docs/decisions with the ratios of both.
 */
export const tables = `
  create table sign_in (
    id text primary key, client_id text not null, connection_id text not null, subject text not null,
    state_token_hash text not null, expires_at integer not null, completed_at integer
  ) strict, without rowid;
  create table verification (
    id text not null, address_index text not null, purpose text not null, client_id text not null,
    sign_in_id text not null, code_hash text not null, attempts integer not null, expires_at integer not null,
    used_at integer, primary key (address_index, purpose, client_id, sign_in_id)
  ) strict, without rowid;
  create table user (
    id text primary key, user_name text not null unique, name text not null, created_at integer not null,
    disabled_at integer
  ) strict, without rowid;
  create table user_address (
    address_index text primary key, user_id text not null, address_sealed text not null,
    address_masked text not null, verified_at integer not null
  ) strict, without rowid;
  create table identity (
    connection_id text not null, subject text not null, user_id text not null, address_index text not null,
    bound_at integer not null, primary key (connection_id, subject)
  ) strict, without rowid;
  create table session (
    token_hash text primary key, id text not null, user_id text not null, client_id text not null,
    opened_at integer not null, expires_at integer not null, ip text not null, device text not null
  ) strict, without rowid;
  create table audit_event (
    id text primary key, at integer not null, kind text not null, client_id text not null,
    user_id text not null, sign_in_id text, session_id text not null, address_masked text, ip text not null
  ) strict, without rowid;
`

/** By name; the comment of each work in `works.ts` says which of them it runs. */
export const statements = {
  findSignIn: `select connection_id, subject from sign_in where id = ? and client_id = ?
    and state_token_hash = ? and completed_at is null and expires_at > ?`,
  payGuess: `update verification set attempts = attempts + 1 where address_index = ? and purpose = ?
    and client_id = ? and sign_in_id = ? and used_at is null and expires_at > ? and attempts < 5
    returning id, code_hash`,
  useCode: `update verification set used_at = ? where address_index = ? and purpose = ? and client_id = ?
    and sign_in_id = ?`,
  findUser: `select user.id, user.user_name, user.name, user.disabled_at from user_address
    join user on user.id = user_address.user_id where user_address.address_index = ?`,
  findIdentity: `select user.id, user.user_name, user.name, user.disabled_at, user_address.address_sealed
    from identity join user on user.id = identity.user_id
    join user_address on user_address.address_index = identity.address_index
    where identity.connection_id = ? and identity.subject = ?`,
  insertUser: 'insert into user values (?, ?, ?, ?, null)',
  insertAddress: 'insert into user_address values (?, ?, ?, ?, ?) on conflict do nothing',
  bindIdentity: 'insert into identity values (?, ?, ?, ?, ?) on conflict do nothing',
  completeSignIn: 'update sign_in set completed_at = ? where id = ?',
  openSession: 'insert into session values (?, ?, ?, ?, ?, ?, ?, ?)',
  record: 'insert into audit_event values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  // Outside of what is measured: what a work finds in place.
  openSignIn: 'insert into sign_in values (?, ?, ?, ?, ?, ?, null)',
  openVerification: 'insert into verification values (?, ?, ?, ?, ?, ?, 0, ?, null)',
} as const

export type StatementName = keyof typeof statements
