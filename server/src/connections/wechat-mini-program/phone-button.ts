import type { Clock } from '../../platform/clock.ts'
import { type Db, inTransaction } from '../../platform/db/index.ts'
import { giveOneBack, takeAll } from '../../platform/limits/index.ts'
import type { Log } from '../../platform/log.ts'
import type { Outbound } from '../../platform/outbound/outbound.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import { type Address, parseMobileOf } from '../../users/index.ts'
import type { Connection } from '../connection.store.ts'
import { connectionRefusals } from '../refusals.ts'
import { openAccessTokens } from './access-token.ts'
import { openDeadline, WECHAT_TOTAL_MS } from './deadline.ts'
import { getPhoneNumber } from './get-phone-number.ts'
import {
  type PhoneButtonBudgets,
  type PhoneButtonCharges,
  phoneButtonCharges,
} from './phone-button-budgets.ts'

/** Further ones are refused at once, so that a slow WeChat never holds up more than these. */
const MAX_UNDER_WAY = 50

export interface PhoneButtonDeps {
  readonly db: Db
  readonly vault: Vault
  readonly clock: Clock
  readonly log: Log
  /** The lane to WeChat for this; logins have their own, which a slow phone button leaves free. */
  readonly weChatPhoneOutbound: Outbound
  /** Where WeChat's server API answers. */
  readonly weChatApi: URL
  readonly phoneButtonBudgets: PhoneButtonBudgets
}

/** Who asks for a number, for the budgets. */
export interface PhoneButtonCaller {
  readonly ip: string
  readonly clientId: string
  /** Milliseconds since the Unix epoch. */
  readonly now: number
}

/** What stands behind the button with which a person gives a mini program his number. */
export interface PhoneButton {
  /**
   * Lets WeChat vouch for a mobile number.
   *
   * @param phoneCode what the button gave the mini program; good once
   * @throws {Refusal} `phoneButtonBusy`, those of `getPhoneNumber`, and `mobileMalformed` for a number
   *   that is none of a mobile
   */
  proveAddress(connection: Connection, phoneCode: string, caller: PhoneButtonCaller): Promise<Address>
}

/** @returns the one of this process */
export function openPhoneButton(deps: PhoneButtonDeps): PhoneButton {
  const server = { outbound: deps.weChatPhoneOutbound, apiBase: deps.weChatApi }
  const accessTokens = openAccessTokens({ ...deps, server })
  const inTurn = openTurns()
  let underWay = 0

  return {
    async proveAddress(connection, phoneCode, caller) {
      if (underWay >= MAX_UNDER_WAY) throw tooManyUnderWay()
      underWay += 1
      try {
        const deadline = openDeadline(WECHAT_TOTAL_MS)
        const charges = phoneButtonCharges(deps.phoneButtonBudgets, caller)
        await inTurn(() => pay(deps, charges, caller.now))
        const { areaCode, number } = await getPhoneNumber(
          { server, accessTokens, deadline },
          connection,
          phoneCode,
          caller.now,
        ).catch((error: unknown) => giveBack(deps, charges, caller.now, error))
        return await parseMobileOf(areaCode, number)
      } finally {
        underWay -= 1
      }
    },
  }
}

/** When all of them are waiting for a slow WeChat, the first is over within this. */
function tooManyUnderWay(): Refusal {
  return new Refusal(connectionRefusals.phoneButtonBusy, {
    because: 'too many wait for WeChat',
    retryAfterSeconds: WECHAT_TOTAL_MS / 1_000,
  })
}

/**
 * One after the other. Those who pay for one application wait for each other in the database anyway, and would
 * do so with all the connections that this process has to it.
 */
function openTurns(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }
}

/** Takes what a number costs, before WeChat is asked for it. */
async function pay({ db, vault }: PhoneButtonDeps, charges: PhoneButtonCharges, now: number): Promise<void> {
  const noRoom = await inTransaction(db, (tx) => takeAll(tx, vault, charges.all, now))
  if (noRoom === undefined) return
  throw new Refusal(connectionRefusals.phoneButtonBusy, {
    because: `no room in the budget "${noRoom.budgetName}"`,
    retryAfterSeconds: noRoom.waitMs / 1_000,
  })
}

/**
 * What was paid stays paid whatever comes, but for one thing: a code that WeChat refuses costs nothing there, so
 * the application gets its own back. With codes that he made up a stranger can use up what his network has, and
 * not what all users of the application have.
 */
async function giveBack(
  { db, vault }: PhoneButtonDeps,
  charges: PhoneButtonCharges,
  now: number,
  error: unknown,
): Promise<never> {
  if (error instanceof Refusal && error.definition === connectionRefusals.phoneCodeRefused) {
    await inTransaction(db, (tx) => giveOneBack(tx, vault, charges.application, now))
  }
  throw error
}
