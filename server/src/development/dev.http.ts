import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import type { WeChatEmulator } from '../connections/index.ts'
import type { DevInbox } from '../messages/index.ts'
import { parseFields, textField } from '../platform/http/fields.ts'
import { doorRefusals } from '../platform/http/refusals.ts'
import { Refusal } from '../platform/refusal.ts'

export interface DevPageDeps {
  readonly weChat: WeChatEmulator
  readonly inbox: DevInbox
}

const PAGE_FOLDER = join(import.meta.dirname, 'page')
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}
const HEARTBEAT_MS = 15_000

/** What a developer has besides the API: the page, the inbox, and WeChat's side of things. */
export function addDevPage(app: FastifyInstance, deps: DevPageDeps): void {
  app.get('/', (_request, reply) => reply.redirect('/dev'))
  app.get('/dev', (_request, reply) => sendFile('index.html', reply))
  app.get<{ Params: { name: string } }>('/dev/page/:name', (request, reply) =>
    /^[a-z-]+\.(?:css|js|svg)$/.test(request.params.name)
      ? sendFile(request.params.name, reply)
      : reply.callNotFound(),
  )
  app.get<{ Querystring: { to?: string } }>('/dev/inbox', (request, reply) =>
    reply.header('cache-control', 'no-store').send(deps.inbox.list(request.query.to)),
  )
  addInboxEvents(app, deps.inbox)

  const personaBody = z.object({ persona: textField })
  app.post('/dev/wechat/login', (request, reply) => {
    const { persona } = parseFields(personaBody, request.body)
    const code = orRefusal('persona', () => deps.weChat.issueLoginCode(persona))
    return reply.header('cache-control', 'no-store').send({ code })
  })

  const phoneBody = z.object({ persona: textField, phone: textField })
  app.post('/dev/wechat/phone', (request, reply) => {
    const { persona, phone } = parseFields(phoneBody, request.body)
    const code = orRefusal('persona, phone', () => deps.weChat.issuePhoneCode(persona, phone))
    return reply.header('cache-control', 'no-store').send({ code })
  })
}

/** What the emulator cannot make anything of is the caller's mistake. */
function orRefusal(fields: string, issue: () => string): string {
  try {
    return issue()
  } catch (error) {
    if (error instanceof RangeError) throw new Refusal(doorRefusals.fieldMalformed, { values: [fields] })
    throw error
  }
}

/** New messages as server-sent events, so that a code shows up the moment it is sent. */
function addInboxEvents(app: FastifyInstance, inbox: DevInbox): void {
  const streams = new Set<() => void>()
  app.addHook('preClose', async () => {
    for (const close of streams) close()
  })
  app.get('/dev/inbox/events', (request, reply) => {
    reply.hijack()
    const { raw } = reply
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    raw.write(': listening\n\n')
    const stop = inbox.onMessage((message) => raw.write(`data: ${JSON.stringify(message)}\n\n`))
    const heartbeat = setInterval(() => raw.write(': \n\n'), HEARTBEAT_MS)
    const close = (): void => {
      stop()
      clearInterval(heartbeat)
      streams.delete(close)
      raw.end()
    }
    streams.add(close)
    request.raw.on('close', close)
  })
}

function sendFile(name: string, reply: FastifyReply): FastifyReply {
  const type = CONTENT_TYPES[name.split('.').at(-1) ?? '']
  const content = readIfThere(join(PAGE_FOLDER, name))
  if (type === undefined || content === undefined) {
    reply.callNotFound()
    return reply
  }
  return reply
    .type(type)
    .header('cache-control', 'no-cache')
    .header('content-security-policy', "default-src 'self'; frame-ancestors 'none'")
    .send(content)
}

function readIfThere(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
