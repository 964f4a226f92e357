import openapi, { Config, GlobalParameters } from '@alicloud/openapi-client'

type OpenApiClient = InstanceType<typeof openapi.default>

/** Vitest hands out what such a module calls its default; the compiler, as Node, the module around it. */
export const OpenApiClient = 'default' in openapi ? openapi.default : openapi

export interface PinnedCall {
  readonly accessKeyId: string
  readonly accessKeySecret: string
  /** Host and port on this machine, asked over plain HTTP. */
  readonly host: string
  /** `2026-01-05T08:00:00Z` */
  readonly date: string
  readonly nonce: string
}

/** Settings by which the vendor's SDK asks this machine, at a given time, with a given nonce. */
export function pinnedConfig({ accessKeyId, accessKeySecret, host, date, nonce }: PinnedCall): Config {
  const headers = { 'x-acs-date': date, 'x-acs-signature-nonce': nonce }
  return new Config({
    accessKeyId,
    accessKeySecret,
    endpoint: host,
    protocol: 'http',
    globalParameters: new GlobalParameters({ headers }),
  })
}

/** Leaves out the header by which the SDK tells where it got its key, and which it signs as well. */
export async function withoutKeysOrigin<Client extends OpenApiClient>(client: Client): Promise<Client> {
  const { _credential: credential } = client
  const known = await credential.getCredential()
  credential.getCredential = () => Promise.resolve(Object.assign(known, { providerName: '' }))
  return client
}
