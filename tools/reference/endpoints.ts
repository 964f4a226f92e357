import { sdkEndpoints } from '../../server/src/sdk-endpoints.ts'
import {
  credentialsOf,
  type DescribedEndpoint,
  refusalsOf,
  standardHeaders,
} from '../../server/src/platform/http/openapi.ts'
import { doorRefusals } from '../../server/src/platform/http/refusals.ts'
import { schemaForms } from '../../server/src/platform/http/schema-fields.ts'
import { noBody, noReply } from '../../server/src/platform/http/sdk-endpoint.ts'
import type { RefusalDefinition } from '../../server/src/platform/refusal.ts'
import { code, GENERATED, plain, table } from './markdown.ts'

const INTRO = `# Endpoints

Every call takes the headers below and answers JSON. HTTP 200 is a result: look at its \`status\`. HTTP 400 is a
refusal with exactly \`error_code\` and \`error_msg\`; those of every call are listed once, under
[error codes](errors.md#every-call). Fields that are not listed are ignored in a request.

The same as a document for programs: [openapi.json](openapi.json), which a running server also serves at
\`/openapi.json\`, beside a page for people at \`/docs\`. Its public keys are at \`/api/v1/oauth2/keys\`,
\`/live\` and \`/ready\` are there for load balancers, and \`/metrics\` [for Prometheus](metrics.md).`

/** `endpoints.md`: what each call takes and answers. */
export function endpointsPage(): string {
  const headers = table(
    ['Header', 'Required', 'Example', 'Meaning'],
    standardHeaders.map((header) => [
      code(header.name),
      yesOrNo(header.isRequired),
      code(header.example),
      plain(header.meaning),
    ]),
  )
  const parts = [GENERATED, INTRO, `## Headers of every call\n\n${headers}`, ...sdkEndpoints.map(section)]
  return `${parts.join('\n\n')}\n`
}

export function headingOf(endpoint: DescribedEndpoint): string {
  return `${endpoint.method} ${endpoint.path}`
}

/** `social/bind` */
export function shortPathOf(endpoint: DescribedEndpoint): string {
  return endpoint.path.replace(/^\/api\/v2\/(?:sdk\/)?/, '')
}

function section(endpoint: DescribedEndpoint): string {
  const { summary, body, reply } = endpoint
  return [
    `## ${headingOf(endpoint)}`,
    `${summary.en}. ${summary.zh}。`,
    ...furtherHeaders(endpoint),
    body === noBody ? 'Takes no body.' : `Body:\n\n${fields(body, 'input')}`,
    reply === noReply ? 'Answers 200 with an empty body.' : `Reply:\n\n${fields(reply, 'output')}`,
    `Refusals of its own:\n\n${refusalTable(endpoint)}`,
  ].join('\n\n')
}

function furtherHeaders(endpoint: DescribedEndpoint): string[] {
  const credentials = credentialsOf(endpoint)
  if (credentials.length === 0) return []
  const rows = credentials.map(({ name, isRequired, meaning }) => [code(name), yesOrNo(isRequired), meaning])
  return [`Further headers:\n\n${table(['Header', 'Required', 'Meaning'], rows)}`]
}

function fields(schema: DescribedEndpoint['body'], io: 'input' | 'output'): string {
  const tables = schemaForms(schema, io).map((form) =>
    table(
      ['Field', 'Required', 'Type'],
      form.map((field) => [code(field.name), yesOrNo(field.isRequired), code(field.type)]),
    ),
  )
  return tables.join('\n\nor\n\n')
}

function refusalTable(endpoint: DescribedEndpoint): string {
  const shared = new Set<RefusalDefinition>(Object.values(doorRefusals))
  const own = refusalsOf(endpoint).filter((refusal) => !shared.has(refusal))
  return table(
    ['Code', 'English', '中文'],
    own.map((refusal) => [code(refusal.code), plain(refusal.en), plain(refusal.zh)]),
  )
}

function yesOrNo(is: boolean): string {
  return is ? 'yes' : 'no'
}
