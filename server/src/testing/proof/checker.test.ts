import { expect, test } from 'vitest'
import { check, type Invariant, invariants } from './checker.ts'
import type { Event, Evidence, Rows } from './evidence.ts'
import { soundEvidence } from './sound-evidence.ts'

test('a blameless run breaks nothing', async () => {
  expect(await check(await soundEvidence())).toEqual([])
})

/** A run that went wrong in one way. */
type Break = readonly [broken: Invariant, how: string, change: (sound: Evidence) => Evidence]

const breaks: readonly Break[] = [
  [
    'a code is used once',
    'two binds by one code',
    (sound) => again(sound, 'prove', { stateToken: 'state-9' }),
  ],
  [
    'a state token succeeds once',
    'two binds by one state token',
    (sound) => again(sound, 'prove', { verifyCode: '111111' }),
  ],
  [
    'one user per identity, per verified address; one identity where a second is refused',
    'an identity with two rows',
    (sound) => doubled(sound, 'identity', { id: 'identity-2', sole_of_user_id: null }),
  ],
  [
    'one user per identity, per verified address; one identity where a second is refused',
    'a second identity of a connection that refuses it',
    (sound) => doubled(sound, 'identity', { id: 'identity-2', subject: 'o-other' }),
  ],
  [
    'one user per identity, per verified address; one identity where a second is refused',
    'an address that two users verified',
    (sound) => doubled(sound, 'user_address', {}),
  ],
  [
    'one user per identity, per verified address; one identity where a second is refused',
    'a person who is two users',
    (sound) => again(sound, 'login', { session: { ...handed(sound), userId: 'user-wang' } }),
  ],
  [
    'a completed bind is whole',
    'a code that was used after the transaction of its bind, and the process was killed between',
    (sound) => changed(sound, 'verification', { used_at: null }),
  ],
  [
    'a completed bind is whole',
    'a code that was used before the transaction of its bind, and the process was killed between',
    (sound) => doubled(sound, 'verification', { id: 'verification-2', sign_in_id: 'sign-in-2', used_at: 1 }),
  ],
  ['a completed bind is whole', 'a bind without its identity', (sound) => without(sound, 'identity')],
  [
    'a completed bind is whole',
    'a bind without its session',
    (sound) => changed(sound, 'session', { sign_in_id: 'none' }),
  ],
  ['a completed bind is whole', 'a bind that was not recorded', (sound) => without(sound, 'audit_event')],
  [
    'a completed bind is whole',
    'a bind that was acknowledged and rolled back',
    (sound) => changed(sound, 'sign_in', { completed_at: null }),
  ],
  [
    'an acknowledged session works until it is ended or expires',
    'a session that is gone after recovery',
    (sound) =>
      withEvents(sound, (event) => (event.kind === 'refresh' ? { ...event, outcome: 'fail' } : event)),
  ],
  [
    'a definite failure leaves nothing but counters, audit and a used code',
    'a stranger who was refused and is bound',
    (sound) => doubled(sound, 'identity', { id: 'identity-2', subject: 'o-stranger', sole_of_user_id: null }),
  ],
  [
    'never more than five evaluated guesses for a code, nor more than the cap for a destination',
    'a sixth attempt in the row of a code',
    (sound) => changed(sound, 'verification', { attempts: 6 }),
  ],
  [
    'never more than five evaluated guesses for a code, nor more than the cap for a destination',
    'a right guess after five wrong ones',
    (sound) => guessing(sound, 5),
  ],
  [
    'never more than five evaluated guesses for a code, nor more than the cap for a destination',
    'a right guess after twenty wrong ones by strangers',
    (sound) => guessing(sound, 20, 'state-other'),
  ],
  [
    'every bind has its message',
    'a bind by a code that nobody was sent',
    (sound) => ({ ...sound, messages: [] }),
  ],
  [
    'every bind has its message',
    'a code that was sent for another application',
    (sound) => ({ ...sound, messages: sound.messages.map((each) => ({ ...each, application: 'Bank' })) }),
  ],
  [
    'every bind has its message',
    'a code that was sent for another purpose',
    (sound) => ({ ...sound, messages: sound.messages.map((each) => ({ ...each, purpose: 'REGISTER_SMS' })) }),
  ],
  [
    'every bind has its message',
    'a code that was too old',
    (sound) => ({ ...sound, messages: sound.messages.map((each) => ({ ...each, at: each.at - 400_000 })) }),
  ],
  [
    'every id_token verifies against the keys served during its life',
    'a key that was dropped too early',
    (sound) => ({ ...sound, servedKeys: sound.servedKeys.map((each) => ({ ...each, keys: { keys: [] } })) }),
  ],
  [
    'every id_token verifies against the keys served during its life',
    'two keys that sign',
    (sound) => doubled(sound, 'signing_key', { kid: 'key-2' }),
  ],
  [
    'what was ended is dead everywhere within a second',
    'a refresh after the logout',
    (sound) => again(sound, 'refresh', { sessionToken: 'token-2' }),
  ],
  [
    'what was ended is dead everywhere within a second',
    'a refresh after the unbinding',
    (sound) =>
      again(
        withEvents(sound, (event) => (event.kind === 'logout' ? { ...event, kind: 'unbind' } : event)),
        'refresh',
        { sessionToken: 'token-2' },
      ),
  ],
  [
    'nothing readable is found',
    'a number in the log',
    (sound) => ({ ...sound, texts: [{ name: 'the log', bytes: 'sent to 13800138000' }] }),
  ],
  [
    'the send budgets hold in every window',
    'a second message within a minute',
    (sound) => ({
      ...sound,
      messages: sound.messages.flatMap((each) => [each, { ...each, at: each.at + 5000 }]),
    }),
  ],
  [
    'everybody is in within three fresh tries',
    'somebody who needed four',
    (sound) => withEvents(sound, (event) => (event.kind === 'comeback' ? { ...event, tries: 4 } : event)),
  ],
  [
    'nothing succeeds while what it needs is away',
    'a login without the database',
    (sound) => during(sound, 'login'),
  ],
  ['no row is without its parent', 'a session whose user is not there', (sound) => without(sound, 'user')],
  [
    'no row is without its parent',
    'a session that outlived the identity that opened it',
    (sound) => without(sound, 'identity'),
  ],
]

test.for(breaks)('the checker tells of “%s”: %s', async ([broken, , change]) => {
  const violations = await check(change(await soundEvidence()))
  expect(violations.map(({ invariant }) => invariant)).toContain(broken)
})

test('every invariant is shown broken', () => {
  expect(new Set(breaks.map(([broken]) => broken))).toEqual(new Set(Object.keys(invariants)))
})

function withEvents(sound: Evidence, change: (event: Event) => Event): Evidence {
  return { ...sound, history: sound.history.map(change) }
}

/** The last event of this kind that went well, once more and a little different. */
function again(sound: Evidence, kind: Event['kind'], differences: object): Evidence {
  const event = sound.history.findLast(
    (each) => each.kind === kind && 'outcome' in each && each.outcome === 'ok',
  )
  if (event === undefined) throw new Error(`there is no ${kind}`)
  return { ...sound, history: [...sound.history, { ...event, ...differences }] }
}

/** An event of this kind that begins and ends within the outage. */
function during(sound: Evidence, kind: Event['kind']): Evidence {
  const outage = sound.history.find((event) => event.kind === 'outage')
  if (outage === undefined) throw new Error('there is no outage')
  return again(sound, kind, { startedAt: outage.startedAt + 1, endedAt: outage.endedAt - 1 })
}

/** Wrong guesses at the code, before the right one. */
function guessing(sound: Evidence, times: number, stateToken?: string): Evidence {
  const wrong = sound.history.find((event) => event.kind === 'prove' && event.outcome === 'fail')
  if (wrong?.kind !== 'prove') throw new Error('nobody guesses wrong')
  const guesses = Array.from({ length: times }, () => ({ ...wrong, ...(stateToken && { stateToken }) }))
  return { ...sound, history: [...guesses, ...sound.history] }
}

function handed(sound: Evidence) {
  const entry = sound.history.find((event) => event.kind === 'prove' && event.session !== undefined)
  if (entry?.kind !== 'prove' || entry.session === undefined) throw new Error('nobody came in')
  return entry.session
}

function changed<Table extends keyof Rows>(
  sound: Evidence,
  table: Table,
  differences: Partial<Rows[Table][number]>,
): Evidence {
  return {
    ...sound,
    rows: { ...sound.rows, [table]: sound.rows[table].map((row) => ({ ...row, ...differences })) },
  }
}

function doubled<Table extends keyof Rows>(
  sound: Evidence,
  table: Table,
  differences: Partial<Rows[Table][number]>,
): Evidence {
  const rows = sound.rows[table]
  return { ...sound, rows: { ...sound.rows, [table]: [...rows, { ...rows[0], ...differences }] } }
}

function without(sound: Evidence, table: keyof Rows): Evidence {
  return { ...sound, rows: { ...sound.rows, [table]: [] } }
}
