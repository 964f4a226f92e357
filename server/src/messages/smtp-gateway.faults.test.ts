import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { codeEmail } from '../testing/code-message.ts'
import { MAX_IN_FLIGHT, type Gateway } from './message.ts'
import { openSmtpGateway } from './smtp-gateway.ts'

/** Where in the conversation a server does something else than it should. */
type Step = 'connection' | 'EHLO' | 'MAIL' | 'RCPT' | 'DATA' | 'first line' | 'last line'

const BEFORE_THE_MESSAGE = ['connection', 'EHLO', 'MAIL', 'RCPT', 'DATA'] as const
const INSIDE_THE_MESSAGE = ['first line', 'last line'] as const

const silence: Script[Step] = () => {}
const hangUp: Script[Step] = (socket) => socket.destroy()

test('a server that nobody can connect to did not get it', async () => {
  const server = await startScriptedServer({})
  await stop(server.server)

  expect(await server.gateway.send(codeEmail())).toEqual({
    result: 'failed',
    because: expect.stringMatching(/ECONNREFUSED/),
  })
})

test.each(BEFORE_THE_MESSAGE)('a server that falls silent at %s did not get it', async (step) => {
  const server = await startScriptedServer({ [step]: silence }, { timeoutMs: 80 })

  expect(await server.gateway.send(codeEmail())).toEqual({ result: 'failed', because: 'timeout' })
})

test.each(BEFORE_THE_MESSAGE)('a server that hangs up at %s did not get it', async (step) => {
  const server = await startScriptedServer({ [step]: hangUp })

  expect(await server.gateway.send(codeEmail())).toMatchObject({ result: 'failed' })
})

test('a server that falls silent after the last line may have got it', async () => {
  const server = await startScriptedServer({ 'last line': silence }, { timeoutMs: 80 })

  expect(await server.gateway.send(codeEmail())).toEqual({ result: 'unknown', because: 'timeout' })
})

test.each(INSIDE_THE_MESSAGE)('a server that hangs up at the %s may have got it, once', async (step) => {
  const server = await startScriptedServer({ [step]: hangUp })

  expect(await server.gateway.send(codeEmail())).toMatchObject({ result: 'unknown' })
  expect(server.count('MAIL')).toBe(1)
})

test('a kept connection that breaks inside a message is no reason to send it again', async () => {
  let messages = 0
  const server = await startScriptedServer({
    'last line': (socket) => ((messages += 1) === 2 ? socket.destroy() : socket.write('250 taken\r\n')),
  })
  expect(await server.gateway.send(codeEmail())).toEqual({ result: 'sent' })

  expect(await server.gateway.send(codeEmail())).toMatchObject({ result: 'unknown' })

  expect(server.count('connection')).toBe(1)
  expect(server.count('MAIL')).toBe(2)
})

test('a server that asks for all commands at once and hangs up after its go-ahead may have got it', async () => {
  const server = await startScriptedServer({
    EHLO: (socket) => socket.write('250-there\r\n250 PIPELINING\r\n'),
    'last line': hangUp,
  })

  expect(await server.gateway.send(codeEmail())).toMatchObject({ result: 'unknown' })
})

test('a server that says no instead of its go-ahead did not get it', async () => {
  const server = await startScriptedServer({ DATA: (socket) => socket.write('451 4.3.0 later\r\n') })

  expect(await server.gateway.send(codeEmail())).toEqual({
    result: 'failed',
    because: 'EENVELOPE 451 4.3.0 at DATA',
  })
})

test('when a kept connection turns out dead before the message, a new one carries it', async () => {
  let mails = 0
  const server = await startScriptedServer({
    MAIL: (socket) => ((mails += 1) === 2 ? socket.destroy() : socket.write('250 ok\r\n')),
  })

  expect(await server.gateway.send(codeEmail())).toEqual({ result: 'sent' })
  expect(await server.gateway.send(codeEmail())).toEqual({ result: 'sent' })

  expect(server.count('connection')).toBe(2)
  expect(server.count('last line')).toBe(2)
})

test('when a hundred are under way, the next one fails at once and the others are not disturbed', async () => {
  const waiting: Socket[] = []
  const isStuck = Promise.withResolvers<void>()
  let isOpen = false
  const server = await startScriptedServer({
    RCPT: (socket) => {
      if (isOpen) return socket.write('250 ok\r\n')
      waiting.push(socket)
      if (waiting.length === 5) isStuck.resolve()
      return undefined
    },
  })
  const sending = Array.from({ length: MAX_IN_FLIGHT }, () => server.gateway.send(codeEmail()))
  await isStuck.promise

  expect(MAX_IN_FLIGHT).toBe(100)
  expect(await server.gateway.send(codeEmail())).toEqual({ result: 'failed', because: 'too many in flight' })

  isOpen = true
  for (const socket of waiting) socket.write('250 ok\r\n')
  expect(new Set((await Promise.all(sending)).map(({ result }) => result))).toEqual(new Set(['sent']))
  expect(await server.gateway.send(codeEmail())).toEqual({ result: 'sent' })
})

type Script = Partial<Record<Step, (socket: Socket) => unknown>>

interface ScriptedServer {
  readonly gateway: Gateway
  readonly server: Server
  readonly count: (step: Step) => number
}

const POLITE: Readonly<Record<Step, string>> = {
  connection: '220 here\r\n',
  EHLO: '250 there\r\n',
  MAIL: '250 ok\r\n',
  RCPT: '250 ok\r\n',
  DATA: '354 go ahead\r\n',
  'first line': '',
  'last line': '250 taken\r\n',
}

/** Speaks as much SMTP as one message needs, except for the steps in `script`. */
async function startScriptedServer(
  script: Script,
  { timeoutMs }: { readonly timeoutMs?: number } = {},
): Promise<ScriptedServer> {
  const steps: Step[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)))
    let isInside = false
    const take = (step: Step) => {
      steps.push(step)
      if (step === 'DATA') isInside = true
      if (step === 'last line') isInside = false
      const act = script[step] ?? ((to: Socket) => to.write(POLITE[step]))
      act(socket)
    }
    take('connection')
    createInterface({ input: socket })
      .on('line', (line) => {
        const step = stepOf(line, isInside)
        if (step !== undefined) take(step)
      })
      .on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo
  const settings = { host: '127.0.0.1', port, security: 'none', from: 'no-reply@example.com' } as const
  const gateway = openSmtpGateway(settings, timeoutMs)
  onTestFinished(async () => {
    await gateway.close?.()
    for (const socket of sockets) socket.destroy()
    await stop(server)
  })
  return { gateway, server, count: (step) => steps.filter((taken) => taken === step).length }
}

/** The first header of a message stands for its first line. */
function stepOf(line: string, isInside: boolean): Step | undefined {
  if (isInside) return line === '.' ? 'last line' : line.startsWith('From:') ? 'first line' : undefined
  const command = line.slice(0, 4)
  return command === 'EHLO' || command === 'MAIL' || command === 'RCPT' || command === 'DATA'
    ? command
    : undefined
}

async function stop(server: Server): Promise<void> {
  await new Promise<unknown>((resolve) => server.close(resolve))
}
