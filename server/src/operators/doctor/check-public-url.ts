import { z } from 'zod'
import { type Finding, finding } from '../../platform/finding.ts'
import { type Outbound, type OutboundAnswer, OutboundError } from '../../platform/outbound/outbound.ts'
import { failureInWords, lookAt } from '../../platform/outbound/reach.ts'
import { publicUrlFindings as found } from './deployment-findings.ts'

const liveSchema = z.object({ status: z.literal('ok') })
const keysSchema = z.object({ keys: z.array(z.object({ kid: z.string() })) })

/**
 * Asks at the public URL, from this machine, whether this deployment answers there: with one of its keys.
 *
 * @param knownKids of the keys in the database; absent when that cannot be read
 */
export async function checkPublicUrl(
  outbound: Outbound,
  publicUrl: string | undefined,
  knownKids: readonly string[] | undefined,
): Promise<readonly Finding[]> {
  if (publicUrl === undefined) return [finding(found.missing)]
  const plain = publicUrl.startsWith('https://') ? [] : [finding(found.notHttps)]
  try {
    const [live, keys] = await Promise.all([
      lookAt(outbound, { url: new URL(`${publicUrl}/live`) }),
      lookAt(outbound, { url: new URL(`${publicUrl}/api/v1/oauth2/keys`) }),
    ])
    return [...plain, aboutAnswers(live, keys, knownKids)]
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error
    return [...plain, finding(found.notReachable, failureInWords(error))]
  }
}

function aboutAnswers(
  live: OutboundAnswer,
  keys: OutboundAnswer,
  knownKids: readonly string[] | undefined,
): Finding {
  if (live.status !== 200 || parse(liveSchema, live) === undefined) {
    return finding(found.notLigature, String(live.status))
  }
  const published = keys.status === 200 ? parse(keysSchema, keys) : undefined
  if (published === undefined) return finding(found.withoutKeys, String(keys.status))
  if (knownKids === undefined) return finding(found.unknownDeployment)
  const isOurs = published.keys.some(({ kid }) => knownKids.includes(kid))
  return finding(isOurs ? found.ours : found.otherDeployment)
}

function parse<Output>(schema: z.ZodType<Output>, { text }: OutboundAnswer): Output | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
