import { z } from 'zod'
import { listTrustedDevices } from '../access/index.ts'
import { type Application, listApplications } from '../applications/index.ts'
import { textField } from '../platform/http/fields.ts'
import { noBody, noReply, type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { type FindSessionDeps, sessionRefusals } from '../sessions/index.ts'
import { endOwnTrust } from './end-own-trust.ts'
import { ownerOf } from './owner.ts'
import { selfServiceRefusals } from './refusals.ts'
import { trustedDevice, trustedDeviceOf } from './wire.ts'

export const trustedDevicesEndpoint = sdkEndpoint({
  method: 'GET',
  path: '/api/v2/ligature/trusted-devices',
  summary: {
    en: 'List the devices on which the signed-in user need not show his second factor, the oldest first',
    zh: '查询当前用户免二次认证的可信设备，最早的在前',
  },
  credentials: { Authorization: 'required' },
  body: noBody,
  reply: z.object({ trusted_devices: z.array(trustedDevice) }),
  refusals: [sessionRefusals.idTokenRefused],

  async handle(deps: FindSessionDeps, call: SdkCall<Application, undefined>) {
    const { user } = await ownerOf(deps, call)
    const applications = await listApplications(deps.db)
    const names = new Map(applications.map(({ clientId, name }) => [clientId, name[call.language]]))
    const devices = await listTrustedDevices(deps.db, user.id, call.now)
    return { trusted_devices: devices.map((each) => trustedDeviceOf(each, names)) }
  },
})

export const endTrustEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/ligature/trusted-devices/end',
  summary: {
    en: 'Trust a device of the signed-in user no longer',
    zh: '取消当前用户的一个可信设备',
  },
  credentials: { Authorization: 'required' },
  /** `id`, as the list has it. */
  body: z.object({ id: textField }),
  reply: noReply,
  refusals: [sessionRefusals.idTokenRefused, selfServiceRefusals.noSuchDevice],

  async handle(deps: FindSessionDeps, call: SdkCall<Application, { id: string }>) {
    await endOwnTrust(deps.db, await ownerOf(deps, call), call.body.id, call.now)
    return undefined
  },
})
