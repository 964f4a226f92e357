import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { traces } from '../traces.ts'
import type { Evidence } from './evidence.ts'
import { handedOut } from './lives.ts'

/** A message leaves a little after it was paid for, and the next one is paid for by its own moment. */
const ALLOWANCE_MS = 1500

export async function* keysServeEveryToken(evidence: Evidence): AsyncIterable<string> {
  for (const { idToken } of handedOut(evidence.history)) {
    const { iat = 0, exp = 0 } = decodeJwt(idToken)
    const { kid } = decodeProtectedHeader(idToken)
    for (const { at, keys } of evidence.servedKeys) {
      if (at < iat * 1000 || at >= exp * 1000) continue
      const isRight = await jwtVerify(idToken, createLocalJWKSet(keys), {
        currentDate: new Date(iat * 1000),
      }).catch(() => undefined)
      if (isRight === undefined) yield `an id_token of key ${kid} does not verify against the keys at ${at}`
    }
  }
  for (const [algorithm, keys] of Map.groupBy(evidence.rows.signing_key, (row) => row.algorithm)) {
    const due = keys.filter((key) => key.active_from <= evidence.healedAt)
    const youngest = Math.max(...due.map((key) => key.active_from))
    const signing = due.filter((key) => key.active_from === youngest && key.private_jwk_sealed !== null)
    if (signing.length !== 1) yield `${signing.length} keys are active for ${algorithm}`
  }
}

export function* nothingReadable(evidence: Evidence): Iterable<string> {
  for (const { name, bytes } of evidence.texts) {
    for (const trace of traces(bytes, evidence.secrets)) yield `${name} ${trace}`
  }
}

export function* budgetsHold({ messages, sendBudgets }: Evidence): Iterable<string> {
  for (const [to, own] of Map.groupBy(messages, (message) => message.to)) {
    yield* overfull(own, sendBudgets.destination.limits, `to ${to}`)
  }
  yield* overfull(messages, sendBudgets.deployment.limits, 'in all')
}

function* overfull(
  messages: readonly { readonly at: number }[],
  limits: readonly { readonly max: number; readonly perMs: number }[],
  what: string,
): Iterable<string> {
  const moments = messages.map(({ at }) => at).toSorted((one, other) => one - other)
  for (const { max, perMs } of limits) {
    for (const [index, at] of moments.entries()) {
      const first = moments[index - max]
      if (first !== undefined && at - first < perMs - ALLOWANCE_MS) {
        yield `${max + 1} messages ${what} within ${at - first} ms, where ${max} are allowed in ${perMs}`
        break
      }
    }
  }
}
