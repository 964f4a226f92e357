import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Finding } from '../platform/finding.ts'
import { type AlibabaCall, requestFor } from './alibaba-call.ts'
import type { AlibabaSmsSettings } from './alibaba-sms.ts'
import type { GatewayDeps } from './gateway-kind.ts'
import { templateIds } from './message-templates.ts'
import { findingsOf, type Queried, type QueryCodes, queryVendor, type ReviewState } from './query-vendor.ts'

/** As many as the vendor lists at once. */
const PAGE_SIZE = 50

/** @see the common error codes of Alibaba's OpenAPI, and those of its SMS service */
const CODES: QueryCodes = {
  credentials:
    /^(?:InvalidAccessKeyId|SignatureDoesNotMatch|IncompleteSignature|Forbidden\.AccessKeyDisabled)/,
  permission: /^(?:isp\.RAM_PERMISSION_DENY|NoPermission|Forbidden\.RAM|Unauthorized)/,
  clock: /^(?:InvalidTimeStamp|IllegalTimestamp)/,
}

const STATES = {
  AUDIT_STATE_INIT: 'pending',
  AUDIT_STATE_PASS: 'approved',
  AUDIT_STATE_NOT_PASS: 'refused',
  AUDIT_STATE_CANCEL: 'refused',
  AUDIT_SATE_CANCEL: 'refused',
} as const

const state = z.enum([
  'AUDIT_STATE_INIT',
  'AUDIT_STATE_PASS',
  'AUDIT_STATE_NOT_PASS',
  'AUDIT_STATE_CANCEL',
  'AUDIT_SATE_CANCEL',
])
const withTotal = { Code: z.string(), TotalCount: z.int().optional() }
const signListSchema = z.object({
  ...withTotal,
  SmsSignList: z.array(z.object({ SignName: z.string(), AuditStatus: state })).default([]),
})
const templateListSchema = z.object({
  ...withTotal,
  SmsTemplateList: z.array(z.object({ TemplateCode: z.string(), AuditStatus: state })).default([]),
})

/**
 * Asks for the states of the signature and of the templates.
 *
 * @see https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-querysmssignlist and
 *   api-dysmsapi-2017-05-25-querysmstemplatelist
 */
export async function checkAlibabaSms(
  deps: GatewayDeps,
  account: Pick<AlibabaCall, 'endpoint' | 'key'>,
  settings: Pick<AlibabaSmsSettings, 'sign_name' | 'templates'>,
): Promise<readonly Finding[]> {
  const query = <Content extends { readonly Code: string }>(name: string, schema: z.ZodType<Content>) => {
    const parameters = { PageIndex: '1', PageSize: String(PAGE_SIZE) }
    const call = { ...account, action: { name, version: '2017-05-25', parameters } }
    const request = { ...requestFor(deps, call, randomUUID()), method: 'POST' } as const
    return queryVendor(
      deps.outbound,
      request,
      schema,
      ({ Code }) => (Code === 'OK' ? undefined : Code),
      CODES,
    )
  }
  const [signs, templates] = await Promise.all([
    query('QuerySmsSignList', signListSchema),
    query('QuerySmsTemplateList', templateListSchema),
  ])
  return findingsOf([
    statesOf('signature', [settings.sign_name], signs, ({ SmsSignList: list, TotalCount }) => ({
      listed: new Map(list.map(({ SignName, AuditStatus }) => [SignName, STATES[AuditStatus]])),
      isWhole: (TotalCount ?? list.length) <= PAGE_SIZE && list.length < PAGE_SIZE,
    })),
    statesOf(
      'template',
      templateIds(settings.templates),
      templates,
      ({ SmsTemplateList: list, TotalCount }) => ({
        listed: new Map(list.map(({ TemplateCode, AuditStatus }) => [TemplateCode, STATES[AuditStatus]])),
        isWhole: (TotalCount ?? list.length) <= PAGE_SIZE && list.length < PAGE_SIZE,
      }),
    ),
  ])
}

interface Listed {
  readonly listed: ReadonlyMap<string, ReviewState['state']>
  /** Whether the vendor has no more than these. */
  readonly isWhole: boolean
}

function statesOf<Content>(
  what: ReviewState['what'],
  names: readonly string[],
  queried: Queried<Content>,
  read: (content: Content) => Listed,
): Queried<readonly ReviewState[]> {
  if ('finding' in queried) return queried
  const { listed, isWhole } = read(queried.content)
  return {
    content: names.map((name) => ({
      what,
      name,
      state: listed.get(name) ?? (isWhole ? 'absent' : 'unlisted'),
    })),
  }
}
