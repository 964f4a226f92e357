import { z } from 'zod'
import type { Application } from '../applications/index.ts'
import {
  creationOptions,
  creationResponse,
  type CreationResponse,
  passkeyRefusals,
} from '../credentials/index.ts'
import { textField } from '../platform/http/fields.ts'
import { noBody, noReply, type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { type FindSessionDeps, sessionRefusals } from '../sessions/index.ts'
import { ownerOf } from './owner.ts'
import {
  askForNewPasskey,
  enrolOwnPasskey,
  type OwnPasskeysDeps,
  removeOwnPasskey,
  renameOwnPasskey,
} from './own-passkeys.ts'
import { selfServiceRefusals } from './refusals.ts'

type Deps = FindSessionDeps & OwnPasskeysDeps

const PATH = '/api/v2/ligature/factors/passkeys'
/** Of his choice, by which he tells his devices apart. */
const nameField = textField.max(64)

const refusals = [
  sessionRefusals.idTokenRefused,
  selfServiceRefusals.signInAgain,
  selfServiceRefusals.signInWithSecondFactor,
]

export const passkeyOptionsEndpoint = sdkEndpoint({
  method: 'POST',
  path: `${PATH}/options`,
  summary: {
    en: 'Begin to enrol a passkey for the signed-in user, who has signed in within the last ten minutes, with his second factor if he has one',
    zh: '开始为当前用户添加通行密钥（须在十分钟内登录过，已有二次认证的须经其登录）',
  },
  credentials: { Authorization: 'required' },
  body: noBody,
  /** For `PublicKeyCredential.parseCreationOptionsFromJSON`; good once, for five minutes. */
  reply: creationOptions,
  refusals: [...refusals, passkeyRefusals.tooManyPasskeys, passkeyRefusals.passkeysUnavailable],

  async handle(deps: Deps, call: SdkCall<Application, undefined>) {
    return askForNewPasskey(deps, await ownerOf(deps, call), call.now)
  },
})

const enrolBody = z.object({ name: nameField, response: creationResponse })

export const enrolPasskeyEndpoint = sdkEndpoint({
  method: 'POST',
  path: PATH,
  summary: { en: 'Enrol a passkey for the signed-in user', zh: '为当前用户添加通行密钥' },
  credentials: { Authorization: 'required' },
  /** `response` is what `toJSON()` of the new credential gives; `name` has 64 characters at most. */
  body: enrolBody,
  /** `id` of the passkey, as the list has it; with the first second factor come ten recovery codes, told once. */
  reply: z.object({ id: z.string(), recovery_codes: z.array(z.string()).optional() }),
  refusals: [
    ...refusals,
    passkeyRefusals.passkeyRefused,
    passkeyRefusals.passkeyEnrolledAlready,
    passkeyRefusals.tooManyPasskeys,
    passkeyRefusals.passkeysUnavailable,
  ],

  async handle(deps: Deps, call: SdkCall<Application, { name: string; response: CreationResponse }>) {
    const { id, recoveryCodes } = await enrolOwnPasskey(deps, await ownerOf(deps, call), call.body, call.now)
    return recoveryCodes === undefined ? { id } : { id, recovery_codes: [...recoveryCodes] }
  },
})

export const renamePasskeyEndpoint = sdkEndpoint({
  method: 'POST',
  path: `${PATH}/rename`,
  summary: { en: 'Rename a passkey of the signed-in user', zh: '重命名当前用户的通行密钥' },
  credentials: { Authorization: 'required' },
  body: z.object({ id: textField, name: nameField }),
  reply: noReply,
  refusals: [...refusals, passkeyRefusals.noSuchPasskey],

  async handle(deps: Deps, call: SdkCall<Application, { id: string; name: string }>) {
    await renameOwnPasskey(deps, await ownerOf(deps, call), call.body, call.now)
    return undefined
  },
})

export const removePasskeyEndpoint = sdkEndpoint({
  method: 'POST',
  path: `${PATH}/remove`,
  summary: { en: 'Remove a passkey of the signed-in user', zh: '移除当前用户的通行密钥' },
  credentials: { Authorization: 'required' },
  body: z.object({ id: textField }),
  reply: noReply,
  refusals: [...refusals, passkeyRefusals.noSuchPasskey],

  async handle(deps: Deps, call: SdkCall<Application, { id: string }>) {
    await removeOwnPasskey(deps, await ownerOf(deps, call), call.body.id, call.now)
    return undefined
  },
})
