import { sdkEndpoints } from '../../server/src/sdk-endpoints.ts'
import { openApiDocument } from '../../server/src/platform/http/openapi.ts'
import { COMMAND } from './markdown.ts'

const SERVER_URL = 'https://{your_domain}'

/** `openapi.json`: what a server serves at `/openapi.json`, for a domain that the reader puts in. */
export function openApiJson(): string {
  const { openapi, ...rest } = openApiDocument(sdkEndpoints, SERVER_URL)
  const document = {
    'x-generated-by': COMMAND,
    openapi,
    ...rest,
    servers: [{ url: SERVER_URL, variables: { your_domain: { default: 'id.example.com' } } }],
  }
  return `${JSON.stringify(document, undefined, 2)}\n`
}
