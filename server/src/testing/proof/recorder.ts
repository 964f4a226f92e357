import { decodeJwt } from 'jose'
import type { Clock } from '../../platform/clock.ts'
import type { MiniProgram, Reply } from '../mini-program.ts'
import type { Event, HandedOut, Outcome, Prove } from './evidence.ts'

/** Somebody who is asked for a code. */
export interface Proof {
  readonly stateToken: string
  readonly mobile: string
  readonly verifyCode: string
  /** `social/bind` or `social/register-bind`. */
  readonly path: string
}

/** What a call that may have got no answer came to. */
export interface Recorded {
  readonly outcome: Outcome
  /** Absent when no answer came. */
  readonly reply: Reply | undefined
}

/** A mini program that writes down all that it asks and is told. */
export interface Recorder {
  login(person: string): Promise<Recorded>
  send(mobile: string, type: string, stateToken?: string): Promise<Recorded>
  prove(person: string, proof: Proof): Promise<Recorded>
  refresh(sessionToken: string): Promise<Recorded>
  logout(sessionToken: string): Promise<Recorded>
  /** Unbinds the identity that opened the session. */
  unbind(session: { readonly sessionToken: string; readonly idToken: string }, id: string): Promise<Recorded>
}

const purposes: Readonly<Record<string, string>> = {
  'social/bind': 'BIND_MOBILE_SMS',
  'social/register-bind': 'REGISTER_SMS',
}

/**
 * @param history where it is written down
 * @param clock the server's
 */
export function openRecorder(
  program: MiniProgram,
  clientId: string,
  history: Event[],
  clock: Clock,
): Recorder {
  async function recorded(
    call: () => Promise<Reply>,
    eventOf: (call: Called, reply: Reply | undefined) => Event,
  ): Promise<Recorded> {
    const startedAt = clock.now()
    const reply = await call().catch(unlessUnanswered)
    const outcome = outcomeOf(reply)
    const called = {
      startedAt,
      endedAt: clock.now(),
      outcome,
      ...(outcome === 'fail' && reply && { errorCode: reply.outcome }),
    }
    history.push(eventOf(called, reply))
    return { outcome, reply }
  }

  const withToken = (method: 'GET' | 'POST', path: string, sessionToken: string) => () =>
    program.call(path, { method, headers: { 'session-token': sessionToken } })

  return {
    login: (person) =>
      recorded(
        () => program.login(person),
        (call, reply) => ({
          ...call,
          kind: 'login',
          clientId,
          person,
          ...handedOutBy(reply),
          ...(typeof reply?.body['state_token'] === 'string' && { stateToken: reply.body['state_token'] }),
        }),
      ),
    send: (mobile, type, stateToken) =>
      recorded(
        () => program.send(mobile, type, stateToken),
        (call) => ({ ...call, kind: 'send', clientId, to: `+86${mobile}`, purpose: type }),
      ),
    prove: (person, { stateToken, mobile, verifyCode, path }) =>
      recorded(
        () =>
          program.call(path, {
            headers: { 'X-state-token': stateToken },
            body: { mobile, verify_code: verifyCode },
          }),
        (call, reply): Prove => ({
          ...call,
          kind: 'prove',
          clientId,
          person,
          stateToken,
          to: `+86${mobile}`,
          purpose: purposes[path] ?? path,
          verifyCode,
          ...handedOutBy(reply),
        }),
      ),
    refresh: (sessionToken) =>
      recorded(withToken('POST', 'sso/session-token/id-token', sessionToken), (call, reply) => ({
        ...call,
        kind: 'refresh',
        sessionToken,
        ...handedOutBy(reply),
      })),
    logout: (sessionToken) =>
      recorded(withToken('GET', 'logout', sessionToken), (call) => ({
        ...call,
        kind: 'logout',
        sessionToken,
      })),
    unbind: ({ sessionToken, idToken }, id) =>
      recorded(
        () =>
          program.call('social/unbind-account', {
            headers: { Authorization: `Bearer ${idToken}` },
            body: { id },
          }),
        (call) => ({ ...call, kind: 'unbind', sessionToken }),
      ),
  }
}

type Called = Pick<Prove, 'startedAt' | 'endedAt' | 'outcome' | 'errorCode'>

function outcomeOf(reply: Reply | undefined): Outcome {
  if (reply === undefined || reply.httpStatus >= 500) return 'unknown'
  return reply.httpStatus === 200 ? 'ok' : 'fail'
}

function handedOutBy(reply: Reply | undefined): { readonly session?: HandedOut } {
  const { session_token: sessionToken, id_token: idToken } = reply?.body ?? {}
  if (typeof sessionToken !== 'string' || typeof idToken !== 'string') return {}
  return { session: { sessionToken, idToken, userId: String(decodeJwt(idToken)['id']) } }
}

/** `fetch` fails with this type only, when the server is gone before or while it answers. */
function unlessUnanswered(error: unknown): undefined {
  if (!(error instanceof TypeError)) throw error
  return undefined
}
