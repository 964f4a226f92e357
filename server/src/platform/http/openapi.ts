import { z } from 'zod'
import type { RefusalDefinition } from '../refusal.ts'
import { doorRefusals } from './refusals.ts'
import {
  type CallCredential,
  type CallingApplication,
  noBody,
  noReply,
  type SdkEndpoint,
} from './sdk-endpoint.ts'

/** What the reference needs of an endpoint, whatever it depends on. */
export type DescribedEndpoint = Omit<SdkEndpoint<never, CallingApplication>, 'run'>

/** The headers of every call of the family. */
export const standardHeaders: readonly {
  readonly name: string
  readonly isRequired: boolean
  readonly example: string
  readonly meaning: string
}[] = [
  {
    name: 'X-client-id',
    isRequired: true,
    example: 'nTo1eRIub60vPb54WeE6aojPwYwImtl4',
    meaning: 'The application',
  },
  {
    name: 'X-operating-sys-version',
    isRequired: true,
    example: 'Android 10',
    meaning: 'Operating system of the device',
  },
  {
    name: 'X-device-fingerprint',
    isRequired: true,
    example: '156aysdna213sc50',
    meaning: 'Fingerprint of the device',
  },
  { name: 'X-agent', isRequired: true, example: 'Mozilla/5.0', meaning: 'User agent' },
  {
    name: 'X-device-ip',
    isRequired: false,
    example: '192.168.1.2',
    meaning: 'IP as the device sees it; recorded, never trusted',
  },
  {
    name: 'X-device-token',
    isRequired: false,
    example: 'uZk4yX8W1cQ0bT7nR2fLs6hVj9pDaE3m',
    meaning: 'The device_token of an earlier sign-in whose user trusts this device',
  },
  { name: 'X-L', isRequired: false, example: 'en', meaning: 'Language of messages: zh (default) or en' },
]

const credentialMeanings: Readonly<Record<CallCredential, string>> = {
  'X-state-token': 'The state_token of a pending reply',
  'session-token': 'The session_token of a completed sign-in',
  Authorization: '`Bearer ` and the id_token',
}

const errorBody = {
  type: 'object',
  required: ['error_code', 'error_msg'],
  additionalProperties: false,
  properties: { error_code: { type: 'string' }, error_msg: { type: 'string' } },
} as const

/** Describes the endpoints as OpenAPI 3.1, from the same declarations that the router runs. */
export function openApiDocument(endpoints: readonly DescribedEndpoint[], publicUrl: string) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Ligature',
      version: '2',
      summary: 'Sign-in, binding and session calls of the SDK family',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: publicUrl }],
    paths: Object.fromEntries(
      endpoints.map((endpoint) => [
        endpoint.path,
        { [endpoint.method.toLowerCase()]: operationOf(endpoint) },
      ]),
    ),
    components: {
      schemas: { Error: errorBody },
      parameters: Object.fromEntries(
        standardHeaders.map((header) => [
          header.name,
          {
            name: header.name,
            in: 'header',
            required: header.isRequired,
            description: header.meaning,
            schema: { type: 'string' },
            example: header.example,
          },
        ]),
      ),
    },
  }
}

function operationOf(endpoint: DescribedEndpoint) {
  return {
    operationId: endpoint.path.replace(/^\/api\/v2\/(sdk\/)?/, '').replace(/\W+/g, '_'),
    summary: endpoint.summary.en,
    description: endpoint.summary.zh,
    parameters: [
      ...standardHeaders.map(({ name }) => ({ $ref: `#/components/parameters/${name}` })),
      ...credentialsOf(endpoint).map(({ name, isRequired, meaning }) => ({
        name,
        in: 'header',
        required: isRequired,
        description: meaning,
        schema: { type: 'string' },
      })),
    ],
    ...(endpoint.body !== noBody && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: z.toJSONSchema(endpoint.body, { io: 'input' }) } },
      },
    }),
    responses: {
      200:
        endpoint.reply === noReply
          ? { description: 'Done; the body is empty' }
          : {
              description: 'Done, or one step further: see `status`',
              content: { 'application/json': { schema: z.toJSONSchema(endpoint.reply) } },
            },
      400: {
        description: refusalsOf(endpoint)
          .map((refusal) => `- \`${refusal.code}\` ${refusal.en} / ${refusal.zh}`)
          .join('\n'),
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
      500: {
        description: 'System busy',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  }
}

/** @returns the headers beyond the standard ones */
export function credentialsOf(
  endpoint: DescribedEndpoint,
): { readonly name: CallCredential; readonly isRequired: boolean; readonly meaning: string }[] {
  const names: CallCredential[] = ['X-state-token', 'session-token', 'Authorization']
  return names
    .filter((name) => endpoint.credentials[name] !== undefined)
    .map((name) => ({
      name,
      isRequired: endpoint.credentials[name] === 'required',
      meaning: credentialMeanings[name],
    }))
}

/** @returns what a call may be refused with: its own refusals, then the door's */
export function refusalsOf(endpoint: DescribedEndpoint): RefusalDefinition[] {
  return [...new Set([...endpoint.refusals, ...Object.values(doorRefusals)])]
}
