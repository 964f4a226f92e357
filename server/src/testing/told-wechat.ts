import { startOutsideServer } from './outside-server.ts'

/** What WeChat says of whoever comes. */
interface Told {
  readonly openid: string
  readonly unionid?: string
}

/** A WeChat that says of everybody what it was told last. */
export interface ToldWeChat {
  readonly url: URL
  tell(told: Told): void
}

export async function startToldWeChat(
  t: Parameters<typeof startOutsideServer>[0],
  first: Told,
): Promise<ToldWeChat> {
  let told = first
  const { url } = await startOutsideServer(t, (_, response) => {
    response.end(JSON.stringify({ session_key: 'iTnI15CLymAVnTBcDo3f0w==', ...told }))
  })
  return { url, tell: (next) => void (told = next) }
}
