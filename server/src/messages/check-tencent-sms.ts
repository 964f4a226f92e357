import { z } from 'zod'
import type { Finding } from '../platform/finding.ts'
import type { Outbound, OutboundRequest } from '../platform/outbound/outbound.ts'
import { templateIds } from './message-templates.ts'
import { findingsOf, type Queried, type QueryCodes, queryVendor, type ReviewState } from './query-vendor.ts'
import type { TencentSmsSettings } from './tencent-sms.ts'

/** As many as the vendor lists at once. */
const MAX_LISTED = 100

/** @see https://cloud.tencent.com/document/api/382/52075 */
const CODES: QueryCodes = {
  credentials: /^AuthFailure(?!\.(?:SignatureExpire|UnauthorizedOperation))/,
  permission: /^(?:UnauthorizedOperation|AuthFailure\.UnauthorizedOperation)/,
  clock: /^(?:AuthFailure\.SignatureExpire|InternalError\.RequestTimeException)$/,
}

const error = z.object({ Code: z.string() }).optional()
const signListSchema = z.object({
  Response: z.object({
    Error: error,
    DescribeSignListStatusSet: z.array(z.object({ SignName: z.string(), StatusCode: z.int() })).default([]),
  }),
})
const templateListSchema = z.object({
  Response: z.object({
    Error: error,
    DescribeTemplateStatusSet: z.array(z.object({ TemplateId: z.int(), StatusCode: z.int() })).default([]),
  }),
})

/**
 * Asks for the states of the signature and of the templates.
 *
 * @param requestFor signs a call of an action
 * @see https://cloud.tencent.com/document/api/382/55983 (DescribeSmsSignList) and 382/52067
 *   (DescribeSmsTemplateList)
 */
export async function checkTencentSms(
  outbound: Outbound,
  requestFor: (action: string, body: string) => Pick<OutboundRequest, 'url' | 'headers' | 'body'>,
  settings: Pick<TencentSmsSettings, 'sign_name' | 'templates'>,
): Promise<readonly Finding[]> {
  const query = <Content extends { readonly Response: { readonly Error?: { Code: string } | undefined } }>(
    action: string,
    parameters: object,
    schema: z.ZodType<Content>,
  ) =>
    queryVendor(
      outbound,
      { ...requestFor(action, JSON.stringify(parameters)), method: 'POST' },
      schema,
      ({ Response }) => Response.Error?.Code,
      CODES,
    )
  const { sign_name: signName } = settings
  // A gateway for Chinese numbers needs a signature; one for others has none.
  const International = signName === undefined ? 1 : 0
  const ids = templateIds(settings.templates)
  const [signs, templates] = await Promise.all([
    signName === undefined
      ? undefined
      : query('DescribeSmsSignList', { International, Limit: MAX_LISTED, Offset: 0 }, signListSchema),
    query(
      'DescribeSmsTemplateList',
      { International, TemplateIdSet: ids.filter((id) => /^\d{1,15}$/.test(id)).map(Number) },
      templateListSchema,
    ),
  ])
  return findingsOf([
    ...(signName === undefined || signs === undefined
      ? []
      : [
          mapped(signs, ({ Response: { DescribeSignListStatusSet: list } }) => {
            const own = list.find(({ SignName }) => SignName === signName)
            const otherwise = list.length < MAX_LISTED ? 'absent' : 'unlisted'
            const state = own === undefined ? otherwise : stateOf(own.StatusCode)
            return [{ what: 'signature', name: signName, state }]
          }),
        ]),
    mapped(templates, ({ Response: { DescribeTemplateStatusSet: list } }) =>
      ids.map((id) => {
        const own = list.find(({ TemplateId }) => String(TemplateId) === id)
        return { what: 'template', name: id, state: own === undefined ? 'absent' : stateOf(own.StatusCode) }
      }),
    ),
  ])
}

function mapped<Content>(
  queried: Queried<Content>,
  read: (content: Content) => readonly ReviewState[],
): Queried<readonly ReviewState[]> {
  return 'finding' in queried ? queried : { content: read(queried.content) }
}

/** 1 is under review, and 2 approved but not in use yet. */
function stateOf(status: number): ReviewState['state'] {
  if (status === 0) return 'approved'
  return status === 1 || status === 2 ? 'pending' : 'refused'
}
