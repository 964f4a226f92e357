import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/db/index.ts'
import type { Log } from '../../platform/log.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import { type Connection, sealContext } from '../connection.store.ts'
import * as tokens from './access-token.store.ts'
import type { WeChatServer } from './call-wechat.ts'
import type { Deadline } from './deadline.ts'
import { unavailable } from './errcodes.ts'
import { FETCH_WITHIN_MS, fetchAccessToken } from './fetch-access-token.ts'

/**
 * From when on the next token is fetched, while the old one is used on. Not earlier: until five minutes before
 * its end WeChat would only give the same one again.
 */
const NEXT_BEFORE_END_MS = 4 * 60 * 1_000
/** A token that would end while the call is under way is none. */
const OVER_BEFORE_END_MS = 5_000
/** Longer than fetching takes, and no longer: so long the others wait for a fetcher that was killed. */
const CLAIM_MS = FETCH_WITHIN_MS + 500
/** How long, and how often, to look whether another instance has fetched it. */
const WAIT_MS = CLAIM_MS + 300
const LOOK_EVERY_MS = 50

export interface AccessTokenDeps {
  readonly db: Db
  readonly vault: Vault
  readonly clock: Clock
  readonly log: Log
  readonly server: WeChatServer
}

/** What a call to WeChat's server API carries in its URL. */
export interface AccessToken {
  readonly value: string
  /** As it is kept, by which it is dropped. */
  readonly sealed: string
}

/** The access tokens of all mini programs, fetched once for everybody. */
export interface AccessTokens {
  /**
   * @throws {Refusal} as `fetchAccessToken`, and `sourceUnavailable` when the deadline comes first
   */
  get(connection: Connection, deadline: Deadline): Promise<AccessToken>
  /** Forgets a token that WeChat has refused; not the one that another caller has fetched since. */
  drop(connection: Connection, token: AccessToken): Promise<void>
}

/**
 * One token for each mini program, sealed in the database, and one flight to WeChat for the next.
 *
 * Within a process everybody who needs it waits for one promise. Between processes one guarded update says who
 * fetches, until a moment: no transaction is open meanwhile, the others look at the row, and if the fetcher
 * dies they go on when that moment has passed. On PostgreSQL that holds for any number of instances; their
 * clocks may differ, at the price of a second flight. On SQLite, which one process uses, the promise alone
 * would do, and the row is what a process that was killed in its flight leaves to the next.
 */
export function openAccessTokens(deps: AccessTokenDeps): AccessTokens {
  const flights = new Map<string, Promise<AccessToken>>()

  const joinFlight = (connection: Connection): Promise<AccessToken> => {
    // A connection that was given another mini program has nothing of a flight for the first.
    const key = `${connection.id} ${connection.appId}`
    const underWay = flights.get(key)
    if (underWay !== undefined) return underWay
    const flight = obtain(deps, connection).finally(() => flights.delete(key))
    flights.set(key, flight)
    return flight
  }

  return {
    async get(connection, deadline) {
      const kept = await findUsable(deps, connection)
      if (kept === undefined) return beforeItEnds(deadline, joinFlight(connection))
      // `obtain` has told the log of a failure, and this caller has a token all the same.
      if (kept.endsSoon) joinFlight(connection).catch(() => undefined)
      return kept.token
    },
    drop: (connection, token) => tokens.drop(deps.db, connection.id, token.sealed),
  }
}

async function findUsable(
  { db, vault, clock }: AccessTokenDeps,
  connection: Connection,
): Promise<{ readonly token: AccessToken; readonly endsSoon: boolean } | undefined> {
  const kept = await tokens.find(db, connection.id)
  const now = clock.now()
  if (kept === undefined || kept.expiresAt <= now + OVER_BEFORE_END_MS) return undefined
  return {
    token: { value: vault.open(tokens.sealContext(connection.id), kept.sealed), sealed: kept.sealed },
    endsSoon: kept.expiresAt <= now + NEXT_BEFORE_END_MS,
  }
}

/** Fetches the next token, or waits for whoever does. */
async function obtain(deps: AccessTokenDeps, connection: Connection): Promise<AccessToken> {
  const startedAt = performance.now()
  try {
    for (;;) {
      const now = deps.clock.now()
      const claim = { connection, until: now + CLAIM_MS, now }
      if (await tokens.claimFetch(deps.db, connection.id, claim.until, now + NEXT_BEFORE_END_MS, now)) {
        return await fetchUnder(deps, claim)
      }
      const found = await findUsable(deps, connection)
      if (found !== undefined) return found.token
      if (performance.now() - startedAt > WAIT_MS) {
        throw unavailable('getStableAccessToken', 'another instance has not fetched it in time')
      }
      await delay(LOOK_EVERY_MS)
    }
  } catch (error) {
    const why = error instanceof Refusal ? { because: error.details.because } : { err: error }
    deps.log.warn({ connectionId: connection.id, ...why }, 'no access token could be had from WeChat')
    throw error
  }
}

async function fetchUnder(
  { db, vault, server }: AccessTokenDeps,
  claim: { readonly connection: Connection; readonly until: number; readonly now: number },
): Promise<AccessToken> {
  const { connection } = claim
  try {
    const fetched = await fetchAccessToken(server, {
      appId: connection.appId,
      appSecret: vault.open(sealContext(connection.id), connection.appSecretSealed),
    })
    const sealed = vault.seal(tokens.sealContext(connection.id), fetched.accessToken)
    // Counted from before the call, so that ours never ends after WeChat's.
    const expiresAt = claim.now + fetched.expiresInSeconds * 1_000
    await tokens.keep(db, connection.id, claim.until, { sealed, expiresAt })
    return { value: fetched.accessToken, sealed }
  } catch (error) {
    await tokens.endClaim(db, connection.id, claim.until)
    throw error
  }
}

/** Waits for a flight until the deadline; the flight goes on, for those who come later. */
async function beforeItEnds(deadline: Deadline, flight: Promise<AccessToken>): Promise<AccessToken> {
  const waiting = new AbortController()
  const tooLate = delay(Math.max(0, deadline.leftMs()), undefined, { signal: waiting.signal }).then(() => {
    throw unavailable('getStableAccessToken', 'not there in time')
  })
  try {
    return await Promise.race([flight, tooLate])
  } finally {
    waiting.abort()
  }
}
