import type { Outbound } from '../../platform/outbound/outbound.ts'
import type { Vault } from '../../platform/vault/vault.ts'
import { type Connection, sealContext } from '../connection.store.ts'
import type { ProvenIdentity } from '../identity.store.ts'
import { exchangeWxLoginCode } from './exchange-wx-login-code.ts'

export interface WeChatDeps {
  readonly vault: Vault
  /** The lane to WeChat. */
  readonly weChatOutbound: Outbound
  /** Where WeChat's server API answers. */
  readonly weChatApi: URL
}

/**
 * Lets WeChat vouch for the person behind `wx.login`'s code.
 *
 * @throws {Refusal} as `exchangeWxLoginCode`
 */
export async function proveByWxLoginCode(
  deps: WeChatDeps,
  connection: Connection,
  wxLoginCode: string,
): Promise<ProvenIdentity> {
  const { openid, unionid } = await exchangeWxLoginCode(
    { outbound: deps.weChatOutbound },
    {
      apiBase: deps.weChatApi,
      appId: connection.appId,
      appSecret: deps.vault.open(sealContext(connection.id), connection.appSecretSealed),
    },
    wxLoginCode,
  )
  return { connectionId: connection.id, subject: openid, unionSubject: unionid }
}
