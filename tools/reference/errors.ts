import { allRefusals, sdkEndpoints } from '../../server/src/sdk-endpoints.ts'
import { refusalsOf } from '../../server/src/platform/http/openapi.ts'
import type { RefusalDefinition } from '../../server/src/platform/refusal.ts'
import { headingOf, shortPathOf } from './endpoints.ts'
import { anchorOf, code, GENERATED, plain, table } from './markdown.ts'
import { readRefusalSources } from './refusal-sources.ts'

type TableName = keyof typeof allRefusals

const titles: Readonly<Record<TableName, string>> = {
  door: 'Every call',
  users: 'Addresses',
  humanCheck: 'The check that somebody is no machine',
  verifications: 'Verification codes',
  connections: 'Identity sources',
  credentials: 'Passwords',
  passkeys: 'Passkeys',
  signIn: 'Sign-in and binding',
  sessions: 'Sessions',
  selfService: 'Self-service',
  transport: 'The transport',
}

const INTRO = `# Error codes

Everything that reaches an endpoint of the \`/api/v2/sdk\` family and is refused answers HTTP 400 with exactly
two fields. The text is Chinese unless \`X-L: en\` asks for English; \`{0}\` is filled in.

\`\`\`json
{ "error_code": "IDAAS.SDK.COMMON.1007", "error_msg": "state_token parameter error" }
\`\`\`

Switch on \`error_code\`: a code never changes its meaning. Numbers from 9000 up are Ligature's own
([why](../decisions/0007-own-error-codes.md)). Where one code stands for several causes, telling them apart
would help somebody who guesses; the server's log and \`ligature explain\` name the cause.`

/** `errors.md`: every refusal, and which endpoints answer it. */
export function errorsPage(): string {
  const comments = new Map(readRefusalSources().map((refusal) => [refusal.code, refusal.when]))
  const sections = (Object.keys(titles) as TableName[]).map((name) => {
    const rows = Object.values(allRefusals[name]).map((refusal: RefusalDefinition) => {
      const { httpStatus, when } = readComment(name, comments.get(refusal.code) ?? '')
      return [
        code(refusal.code),
        httpStatus,
        plain(refusal.en),
        plain(refusal.zh),
        when,
        answeredBy(name, refusal),
      ]
    })
    return `## ${titles[name]}\n\n${table(['Code', 'HTTP', 'English', '中文', 'When', 'Answered by'], rows)}`
  })
  return `${[GENERATED, INTRO, ...sections].join('\n\n')}\n`
}

/** The transport's comments begin with their HTTP status; every other refusal is a 400. */
function readComment(name: TableName, comment: string): { httpStatus: string; when: string } {
  if (name !== 'transport') return { httpStatus: '400', when: comment }
  const [, httpStatus, rest] = /^HTTP (\d{3})(?:, (with [^.]+))?\. ?/.exec(comment) ?? []
  if (httpStatus === undefined)
    throw new Error(`a refusal of the transport does not tell its status: ${comment}`)
  const further = comment.slice(comment.indexOf('.') + 1).trim()
  return { httpStatus, when: [further, rest === undefined ? '' : `Comes ${rest}.`].join(' ').trim() }
}

function answeredBy(name: TableName, refusal: RefusalDefinition): string {
  if (name === 'transport') return 'any request'
  const answering = sdkEndpoints.filter((endpoint) => refusalsOf(endpoint).includes(refusal))
  if (answering.length === sdkEndpoints.length) return 'every call'
  return answering
    .map((endpoint) => `[${shortPathOf(endpoint)}](endpoints.md#${anchorOf(headingOf(endpoint))})`)
    .join(', ')
}
