import { z } from 'zod'
import type { Application } from '../applications/index.ts'
import {
  begunTotp,
  begunTotpOf,
  countRecoveryCodes,
  credentialRefusals,
  listPasskeysOf,
  totpSince,
} from '../credentials/index.ts'
import { textField } from '../platform/http/fields.ts'
import { noBody, noReply, type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { type FindSessionDeps, sessionRefusals } from '../sessions/index.ts'
import {
  beginOwnTotp,
  confirmOwnTotp,
  makeOwnRecoveryCodes,
  type OwnFactorsDeps,
  removeOwnTotp,
} from './own-factors.ts'
import { ownerOf } from './owner.ts'
import { listedPasskey, listedPasskeyOf } from './passkey-wire.ts'
import { selfServiceRefusals } from './refusals.ts'

type Deps = OwnFactorsDeps & FindSessionDeps

/** What every change of them can be refused for. */
const refusalsOfChange = [
  sessionRefusals.idTokenRefused,
  selfServiceRefusals.signInAgain,
  selfServiceRefusals.signInWithSecondFactor,
]

export const factorsEndpoint = sdkEndpoint({
  method: 'GET',
  path: '/api/v2/ligature/factors',
  summary: {
    en: 'What the signed-in user has set up as a second factor',
    zh: '查询当前用户已启用的二次认证方式',
  },
  credentials: { Authorization: 'required' },
  body: noBody,
  reply: z.object({
    totp: z.object({
      enrolled: z.boolean(),
      /** Seconds since the Unix epoch. */
      since: z.number().nullable(),
    }),
    /** The oldest first. */
    passkeys: z.array(listedPasskey),
    /** How many were not used. */
    recovery_codes: z.object({ remaining: z.number() }),
  }),
  refusals: [sessionRefusals.idTokenRefused],

  async handle(deps: Deps, call: SdkCall<Application, undefined>) {
    const { user } = await ownerOf(deps, call)
    const since = await totpSince(deps.db, user.id)
    return {
      totp: { enrolled: since !== undefined, since: since === undefined ? null : Math.floor(since / 1000) },
      passkeys: (await listPasskeysOf(deps.db, deps.vault, user.id)).map(listedPasskeyOf),
      recovery_codes: { remaining: await countRecoveryCodes(deps.db, user.id) },
    }
  },
})

export const beginTotpEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/ligature/factors/totp',
  summary: {
    en: 'Begin to set up one-time passwords of an authenticator app; told once, and nothing until it is confirmed',
    zh: '开始启用动态口令（验证器应用），密钥仅返回一次，确认后生效',
  },
  credentials: { Authorization: 'required' },
  body: noBody,
  reply: begunTotp,
  refusals: [...refusalsOfChange, credentialRefusals.factorAlreadyEnrolled],

  async handle(deps: Deps, call: SdkCall<Application, undefined>) {
    return begunTotpOf(await beginOwnTotp(deps, await ownerOf(deps, call), call.now))
  },
})

export const confirmTotpEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/ligature/factors/totp/confirm',
  summary: {
    en: 'Confirm it by a code of the app; with the first second factor come ten recovery codes, told once',
    zh: '用验证器应用的动态口令确认启用；首次启用二次认证时返回十个恢复码，仅返回一次',
  },
  credentials: { Authorization: 'required' },
  body: z.object({ code: textField }),
  reply: z.object({ recovery_codes: z.array(z.string()).optional() }),
  refusals: [
    ...refusalsOfChange,
    credentialRefusals.enrolmentExpired,
    credentialRefusals.factorCodeIncorrect,
    credentialRefusals.factorLocked,
  ],

  async handle(deps: Deps, call: SdkCall<Application, { code: string }>) {
    const codes = await confirmOwnTotp(deps, await ownerOf(deps, call), call.body.code, call.now)
    return codes === undefined ? {} : { recovery_codes: [...codes] }
  },
})

export const removeTotpEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/ligature/factors/totp/remove',
  summary: {
    en: 'Remove the one-time passwords of the signed-in user; with his last second factor go his recovery codes',
    zh: '停用当前用户的动态口令；停用最后一种二次认证方式时恢复码一并失效',
  },
  credentials: { Authorization: 'required' },
  body: noBody,
  reply: noReply,
  refusals: [...refusalsOfChange, credentialRefusals.factorNotEnrolled],

  async handle(deps: Deps, call: SdkCall<Application, undefined>) {
    await removeOwnTotp(deps, await ownerOf(deps, call), call.now)
    return undefined
  },
})

export const recoveryCodesEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/ligature/factors/recovery-codes',
  summary: {
    en: 'Make ten new recovery codes, told once; those of before are good for nothing',
    zh: '生成十个新的恢复码，仅返回一次；原有恢复码失效',
  },
  credentials: { Authorization: 'required' },
  body: noBody,
  reply: z.object({ recovery_codes: z.array(z.string()) }),
  refusals: [...refusalsOfChange, credentialRefusals.factorNotEnrolled],

  async handle(deps: Deps, call: SdkCall<Application, undefined>) {
    return { recovery_codes: [...(await makeOwnRecoveryCodes(deps, await ownerOf(deps, call), call.now))] }
  },
})
