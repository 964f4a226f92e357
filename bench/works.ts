import { z } from 'zod'
import { type Counts, countsSchema } from './counts.ts'
import { applications } from './ours/configuration.ts'
import { requestText } from './load/requests.ts'
import { type OurWork, prepare } from './ours/prepare.ts'
import type { ServerProcess } from './process.ts'
import type { Scene, Store } from './scene.ts'

/** A server that can be asked for one work, again and again. */
export interface Prepared {
  readonly server: ServerProcess
  /** @returns as many requests, each good once */
  prepare(count: number): Promise<readonly string[]>
}

/** The same once more, with what its store was asked for. */
export interface Counted extends Prepared {
  counts(): Promise<Counts>
}

export interface Candidate {
  readonly name: string
  /** The candidates whose rate this one's is divided by. */
  readonly against: readonly string[]
  open(scene: Scene): Promise<Prepared>
  /** Absent where nobody counts. */
  openCounted?(scene: Scene): Promise<Counted>
}

/** One line of the table: what is asked for, and of whom. */
export interface Work {
  readonly name: string
  readonly meaning: string
  readonly candidates: readonly Candidate[]
  /** Requests under way at once; absent: 64. */
  readonly connections?: number
}

type Algorithm = 'ES256' | 'RS256'

const requestList = z.array(z.string())

function floor(work: OurWork, algorithm: Algorithm): Candidate {
  const open = async (scene: Scene): Promise<Counted> => {
    const server = await scene.floor(algorithm)
    return {
      server,
      prepare: async (count) => requestList.parse(await server.ask({ work, count })),
      counts: async () => countsSchema.parse(await server.ask({})),
    }
  }
  return { name: `floor ${algorithm}`, against: [], open, openCounted: open }
}

function ours(work: OurWork, store: Store, algorithm: Algorithm, against: readonly string[]): Candidate {
  const clientId = work === 'register-bind' ? applications.register : applications[algorithm]
  return {
    name: `ours ${store} ${algorithm}`,
    against,
    async open(scene) {
      const server = await scene.ours(store)
      return { server, prepare: (count) => prepare(server.deployment, work, clientId, count) }
    },
    async openCounted(scene) {
      const server = await scene.counted(store)
      const { deployment, counts } = server
      return { server, counts, prepare: (count) => prepare(deployment, work, clientId, count) }
    },
  }
}

/** For its own way to the same end: check the code, create the user, open a session; it signs no id_token. */
function betterAuth(work: OurWork, store: Store): Candidate {
  return {
    name: `better-auth ${store}`,
    against: [],
    async open(scene) {
      const server = await scene.betterAuth(store)
      return { server, prepare: async (count) => requestList.parse(await server.ask({ work, count })) }
    },
  }
}

/** The floor and ours on both stores. */
function besideFloor(work: OurWork): readonly Candidate[] {
  return [
    floor(work, 'ES256'),
    ours(work, 'SQLite', 'ES256', ['floor ES256']),
    ours(work, 'PostgreSQL', 'ES256', ['floor ES256']),
  ]
}

function onBothStores(work: OurWork, against: readonly string[]): readonly Candidate[] {
  return [ours(work, 'SQLite', 'ES256', against), ours(work, 'PostgreSQL', 'ES256', against)]
}

const bareArgon2id: Candidate = {
  name: 'bare Argon2id',
  against: [],
  async open(scene) {
    const server = await scene.argon2id()
    return {
      server,
      prepare: async (count) => Array.from({ length: count }, () => requestText({ path: '/' })),
    }
  },
}

/** Beside the same store of better-auth. */
function besideBetterAuth(work: OurWork, against: readonly string[]): readonly Candidate[] {
  return (['SQLite', 'PostgreSQL'] as const).flatMap((store) => [
    betterAuth(work, store),
    ours(work, store, 'ES256', [...against, `better-auth ${store}`]),
  ])
}

/** Every line, the most important first. */
export const works: readonly Work[] = [
  {
    name: 'bind',
    meaning: 'bind a new identity to an existing user',
    candidates: [
      floor('bind', 'ES256'),
      floor('bind', 'RS256'),
      ours('bind', 'SQLite', 'ES256', ['floor ES256']),
      ours('bind', 'SQLite', 'RS256', ['floor RS256']),
      ours('bind', 'PostgreSQL', 'ES256', ['floor ES256']),
    ],
  },
  {
    name: 'code-sign-in',
    meaning: 'sign in by a code as somebody new, who becomes a user',
    candidates: [floor('code-sign-in', 'ES256'), ...besideBetterAuth('code-sign-in', ['floor ES256'])],
  },
  {
    name: 'known-identity',
    meaning: 'sign in by WeChat as somebody who is bound',
    candidates: besideFloor('known-identity'),
  },
  {
    name: 'register-bind',
    meaning: 'bind a new identity to somebody new, who becomes a user',
    candidates: besideFloor('register-bind'),
  },
  {
    name: 'send-code',
    meaning: 'send a code by a gateway that does nothing',
    candidates: besideBetterAuth('send-code', []),
  },
  {
    name: 'id-token',
    meaning: 'get a new id_token for a session',
    candidates: onBothStores('id-token', []),
  },
  { name: 'keys', meaning: 'fetch the published keys', candidates: onBothStores('keys', []) },
  { name: 'ready', meaning: 'ask whether it is ready', candidates: onBothStores('ready', []) },
  {
    name: 'password-login',
    meaning: 'sign in by a password',
    // More than this a server on one core turns away.
    connections: 16,
    candidates: [bareArgon2id, ...onBothStores('password-login', [bareArgon2id.name])],
  },
]
