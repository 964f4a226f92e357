import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Clock } from '../clock.ts'
import { Refusal, type RefusalDefinition } from '../refusal.ts'
import { note } from './answered.ts'
import { sendRefusal } from './http-server.ts'
import { languageOf } from './language.ts'
import { doorRefusals } from './refusals.ts'
import type { CallerDevice, CallingApplication, SdkCall, SdkEndpoint } from './sdk-endpoint.ts'

/** Longest header value that is kept of what a client says about itself. */
const MAX_DEVICE_TEXT = 256

export interface SdkDoor<Application extends CallingApplication> {
  readonly clock: Clock
  /** @returns `undefined` for an application that is unknown or disabled */
  findApplication(clientId: string): Promise<Application | undefined>
}

/** Puts these endpoints on the server, all behind the same door. */
export function openSdkDoor<Deps, Application extends CallingApplication>(
  app: FastifyInstance,
  door: SdkDoor<Application>,
  endpoints: readonly SdkEndpoint<Deps, Application>[],
  deps: Deps,
): void {
  for (const endpoint of endpoints) addEndpoint(app, door, endpoint, deps)
}

function addEndpoint<Deps, Application extends CallingApplication>(
  app: FastifyInstance,
  door: SdkDoor<Application>,
  endpoint: SdkEndpoint<Deps, Application>,
  deps: Deps,
): void {
  const arrivals = new WeakMap<FastifyRequest, Arrival<Application>>()
  const expected = new Set<RefusalDefinition>([...Object.values(doorRefusals), ...endpoint.refusals])

  app.route({
    method: endpoint.method,
    url: endpoint.path,
    // Before the body is read: a caller without an application is refused at the price of its headers.
    onRequest: async (request) => {
      arrivals.set(request, await arrive(door, request))
    },
    handler: async (request, reply) => {
      const arrival = arrivals.get(request)
      if (arrival === undefined) throw new Error('a request came in without passing the door')
      const result = await endpoint.run(deps, { ...arrival, body: request.body })
      note(request, { outcome: statusOf(result) })
      reply.header('cache-control', 'no-store')
      if (result === undefined) return reply.code(200).send()
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(result))
    },
    errorHandler: (error, request, reply) => {
      if (!(error instanceof Refusal)) throw error
      if (!expected.has(error.definition)) {
        throw new Error(`${endpoint.path} does not list its refusal ${error.definition.code}`, {
          cause: error,
        })
      }
      void sendRefusal(request, reply, error, 400)
    },
  })
}

type Arrival<Application extends CallingApplication> = Omit<SdkCall<Application, never>, 'body'>

/** What is the same for every call: who asks, for which application, in which language, when. */
async function arrive<Application extends CallingApplication>(
  door: SdkDoor<Application>,
  request: FastifyRequest,
): Promise<Arrival<Application>> {
  const device = deviceOf(request)
  const clientId = header(request, 'x-client-id')
  if (clientId === undefined) throw new Refusal(doorRefusals.clientIdMissing)
  const application = await door.findApplication(clientId)
  if (application === undefined) throw new Refusal(doorRefusals.applicationUnknown)
  note(request, { clientId })

  return {
    application,
    device,
    deviceToken: header(request, 'x-device-token'),
    ip: request.ip,
    language: languageOf(request),
    now: door.clock.now(),
    stateToken: header(request, 'x-state-token'),
    sessionToken: header(request, 'session-token') ?? header(request, 'x-session-token'),
    bearer: bearerOf(request),
    requestId: request.id,
  }
}

function deviceOf(request: FastifyRequest): CallerDevice {
  const operatingSystem = header(request, 'x-operating-sys-version')
  const fingerprint = header(request, 'x-device-fingerprint')
  const agent = header(request, 'x-agent')
  if (operatingSystem === undefined || fingerprint === undefined || agent === undefined) {
    throw new Refusal(doorRefusals.deviceIncomplete)
  }
  return {
    operatingSystem: operatingSystem.slice(0, MAX_DEVICE_TEXT),
    fingerprint: fingerprint.slice(0, MAX_DEVICE_TEXT),
    agent: agent.slice(0, MAX_DEVICE_TEXT),
    claimedIp: header(request, 'x-device-ip')?.slice(0, MAX_DEVICE_TEXT),
  }
}

/** @returns `undefined` where there is no such header; what is there and holds no token is an empty one */
function bearerOf(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers
  return authorization === undefined ? undefined : (/^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '')
}

/** The value as it came: the blanks around it are gone already, and nothing else may be passed over. */
function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

function statusOf(result: unknown): string {
  return typeof result === 'object' && result !== null && 'status' in result ? String(result.status) : 'OK'
}
