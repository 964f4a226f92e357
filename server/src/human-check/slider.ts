import { randomBytes } from 'node:crypto'
import { type Db, inTransaction } from '../platform/db/index.ts'
import { type Charge, giveOneBack, networkOf, takeAll } from '../platform/limits/index.ts'
import { Refusal } from '../platform/refusal.ts'
import { hashToken } from '../platform/secrets.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type Address, markAddress } from '../users/index.ts'
import type { HumanCheckDefaults } from './budgets.ts'
import { makePuzzle, type Puzzle } from './picture/puzzle.ts'
import { encrypt, isInPlace, readPoint } from './point.ts'
import { humanCheckRefusals } from './refusals.ts'
import * as sliders from './slider.store.ts'
import { takeChallenge, tooManyChecks } from './take-challenge.ts'

const SECOND_MS = 1000
/** How long a picture may be looked at. */
const PICTURE_LIVES_MS = 120 * SECOND_MS
/** How long the credential for a solved one is good. */
const CREDENTIAL_LIVES_MS = 180 * SECOND_MS
const SECRET_KEY_LENGTH = 16
const TOKEN_BYTES = 16

export const SEPARATOR = '---'

export interface SliderDeps {
  readonly db: Db
  readonly vault: Vault
  readonly humanCheck: HumanCheckDefaults
}

/** Who asks, and for which application. */
export interface CheckCaller {
  readonly clientId: string
  readonly ip: string
}

export interface OpenedSlider extends Puzzle {
  /** 32 hexadecimal digits. */
  readonly token: string
  /** What clients may encrypt their answer with: 16 letters and digits. */
  readonly secretKey: string
}

/**
 * Makes a picture whose piece is to be put into its place within two minutes.
 *
 * @throws {Refusal} `tooManyChecks`
 */
export async function openSlider(deps: SliderDeps, caller: CheckCaller, now: number): Promise<OpenedSlider> {
  const { db, vault } = deps
  await takeChallenge(deps, caller.ip, now)
  const puzzle = await makePuzzle()
  const token = randomBytes(TOKEN_BYTES).toString('hex')
  await inTransaction(db, (tx) =>
    sliders.insert(tx, {
      tokenHash: hashToken(token),
      clientId: caller.clientId,
      expectedX: puzzle.x,
      expiresAt: now + PICTURE_LIVES_MS,
    }),
  )
  return { ...puzzle, token, secretKey: secretKeyOf(vault, token) }
}

export interface SliderAnswer {
  readonly token: string
  /** As it came: JSON, or that encrypted. */
  readonly pointJson: string
  /** Whom the code will be sent to. */
  readonly sender: Address
}

/**
 * Looks whether the piece is in its place. There is one look at a picture, right or wrong.
 *
 * A wrong answer is paid before the comparison; a right one gets its own back.
 *
 * @returns the credential for one send to this address, within three minutes
 * @throws {Refusal} `checkFailed`, `tooManyChecks`
 */
export async function checkSlider(
  deps: SliderDeps,
  caller: CheckCaller,
  answer: SliderAnswer,
  now: number,
): Promise<string> {
  const { db, vault, humanCheck } = deps
  const { token, pointJson } = answer
  const secretKey = secretKeyOf(vault, token)
  const point = readPoint(pointJson, secretKey)
  const charge: Charge | undefined = humanCheck.wrongAnswers && {
    budget: humanCheck.wrongAnswers,
    key: networkOf(caller.ip),
  }

  const isRight = await inTransaction(db, async (tx) => {
    const noRoom = charge && (await takeAll(tx, vault, [charge], now))
    if (noRoom !== undefined) throw tooManyChecks(noRoom)
    const expectedX = await sliders.spendLook(tx, hashToken(token), caller.clientId, now)
    if (expectedX === undefined || point === undefined || !isInPlace(point, expectedX)) return false
    await sliders.pass(tx, hashToken(token), {
      senderIndex: markAddress(vault, answer.sender).index,
      credentialHash: hashToken(credentialOf(token, pointJson)),
      encryptedCredentialHash: hashToken(encrypt(credentialOf(token, point.text), secretKey)),
      expiresAt: now + CREDENTIAL_LIVES_MS,
    })
    if (charge !== undefined) await giveOneBack(tx, vault, charge, now)
    return true
  })
  if (!isRight) throw new Refusal(humanCheckRefusals.checkFailed)
  return credentialOf(token, pointJson)
}

function credentialOf(token: string, point: string): string {
  return `${token}${SEPARATOR}${point}`
}

/** Letters and digits, told by the token and a key that only we have: nothing more need be stored. */
function secretKeyOf(vault: Vault, token: string): string {
  return vault.blindIndex('secret key of slider', token).replace(/[-_]/g, '').slice(0, SECRET_KEY_LENGTH)
}
