import type { EndOfSession, Event, Evidence, HandedOut, Outage } from './evidence.ts'

/** How long an end may take to be known to every instance. */
const KNOWN_WITHIN_MS = 1000
const MAX_TRIES = 3

export function* sessionsLive(evidence: Evidence): Iterable<string> {
  const ended = new Set(
    evidence.history.flatMap((event) =>
      isEndOfSession(event) && event.outcome !== 'fail' ? [event.sessionToken] : [],
    ),
  )
  const shutOut = new Set(
    evidence.history.flatMap((event) =>
      event.kind === 'disable' && event.outcome !== 'fail' ? [event.userId] : [],
    ),
  )
  const acknowledged = new Map(
    handedOut(evidence.history).map((session) => [session.sessionToken, session.userId]),
  )
  for (const event of evidence.history) {
    if (event.kind !== 'refresh' || event.startedAt < evidence.healedAt) continue
    const userId = acknowledged.get(event.sessionToken)
    if (userId === undefined || ended.has(event.sessionToken) || shutOut.has(userId)) continue
    if (event.outcome !== 'ok')
      yield `a session of user ${userId} was lost: ${event.errorCode ?? 'no answer'}`
    else if (event.session?.userId !== userId) yield `a session of user ${userId} became another user's`
  }
}

function isEndOfSession(event: Event): event is EndOfSession {
  return event.kind === 'logout' || event.kind === 'unbind'
}

export function* deadStaysDead(evidence: Evidence): Iterable<string> {
  const successes = evidence.history.filter((event) => 'outcome' in event && event.outcome === 'ok')
  for (const end of successes) {
    if (isEndOfSession(end)) {
      const used = successes.some(
        (event) =>
          event.kind === 'refresh' &&
          event.sessionToken === end.sessionToken &&
          event.startedAt > end.endedAt + KNOWN_WITHIN_MS,
      )
      if (used) yield `a session that ended at ${end.endedAt} by ${end.kind} was refreshed`
    }
    if (end.kind === 'disable') {
      const entered = successes.some(
        (event) =>
          'session' in event &&
          event.session?.userId === end.userId &&
          event.startedAt > end.endedAt + KNOWN_WITHIN_MS,
      )
      if (entered) yield `user ${end.userId}, disabled at ${end.endedAt}, came in`
    }
  }
}

export function* comebacks(evidence: Evidence): Iterable<string> {
  for (const event of evidence.history) {
    if (event.kind !== 'comeback' || (event.isIn && event.tries <= MAX_TRIES)) continue
    yield `${event.person} is ${event.isIn ? 'in' : 'not in'} after ${event.tries} tries`
  }
}

/** What cannot succeed without it. */
const needs = {
  wechat: ['login'],
  sms: ['send'],
  database: ['login', 'send', 'prove', 'refresh', 'logout', 'unbind'],
} as const satisfies Record<Outage['of'], readonly Event['kind'][]>

export function* nothingWhileAway(evidence: Evidence): Iterable<string> {
  const outages = evidence.history.filter((event) => event.kind === 'outage')
  for (const outage of outages) {
    const kinds: readonly string[] = needs[outage.of]
    for (const event of evidence.history) {
      if (!('outcome' in event) || event.outcome !== 'ok' || !kinds.includes(event.kind)) continue
      if (event.startedAt >= outage.startedAt && event.endedAt <= outage.endedAt) {
        yield `a ${event.kind} succeeded at ${event.endedAt} without ${outage.of}`
      }
    }
  }
}

export function handedOut(history: readonly Event[]): HandedOut[] {
  return history.flatMap((event) => ('session' in event && event.session ? [event.session] : []))
}
