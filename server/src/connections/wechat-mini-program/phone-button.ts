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
import { WECHAT_TOTAL_MS } from './deadline.ts'
import { getPhoneNumber } from './get-phone-number.ts'
import { type PhoneButtonBudgets, phoneButtonCharges } from './phone-button-budgets.ts'

/**
 * Further ones are refused at once: a slow WeChat holds up no more than these, and a rush of them leaves the
 * database, which each has to pay at, to the others. At a fifth of a second each that is 250 a second.
 */
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
  let underWay = 0

  return {
    async proveAddress(connection, phoneCode, caller) {
      if (underWay >= MAX_UNDER_WAY) throw tooManyUnderWay()
      underWay += 1
      try {
        const { areaCode, number } = await payFor(deps, caller, () =>
          getPhoneNumber({ server, accessTokens }, connection, phoneCode, caller.now),
        )
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
 * Takes what a number costs before WeChat is asked for it, and keeps it whatever comes, but for one thing: a
 * code that WeChat refuses costs nothing there, so the application gets its own back. With codes that he made
 * up a stranger can use up what his network has, and not what all users of the application have.
 */
async function payFor<Result>(
  { db, vault, phoneButtonBudgets }: PhoneButtonDeps,
  caller: PhoneButtonCaller,
  ask: () => Promise<Result>,
): Promise<Result> {
  const charges = phoneButtonCharges(phoneButtonBudgets, caller)
  const noRoom = await inTransaction(db, (tx) => takeAll(tx, vault, charges.all, caller.now))
  if (noRoom !== undefined) {
    throw new Refusal(connectionRefusals.phoneButtonBusy, {
      because: `no room in the budget "${noRoom.budgetName}"`,
      retryAfterSeconds: noRoom.waitMs / 1000,
    })
  }
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Refusal && error.definition === connectionRefusals.phoneCodeRefused) {
      await inTransaction(db, (tx) => giveOneBack(tx, vault, charges.application, caller.now))
    }
    throw error
  }
}
