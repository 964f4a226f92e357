import { z } from 'zod'
import { applications } from './ours/configuration.ts'
import { type OurWork, prepare } from './ours/prepare.ts'
import type { ServerProcess } from './process.ts'
import type { Scene } from './scene.ts'

/** A server that can be asked for one work, again and again. */
export interface Prepared {
  readonly server: ServerProcess
  /** @returns as many requests, each good once */
  prepare(count: number): Promise<readonly string[]>
}

export interface Candidate {
  readonly name: string
  /** The candidates whose rate this one's is divided by. */
  readonly against: readonly string[]
  open(scene: Scene): Promise<Prepared>
}

/** One line of the table: what is asked for, and of whom. */
export interface Work {
  readonly name: string
  readonly meaning: string
  readonly candidates: readonly Candidate[]
}

type Algorithm = 'ES256' | 'RS256'
type Store = 'SQLite' | 'PostgreSQL'

const requestList = z.array(z.string())

function floor(work: OurWork, algorithm: Algorithm): Candidate {
  return {
    name: `floor ${algorithm}`,
    against: [],
    async open(scene) {
      const server = await scene.floor(algorithm)
      return { server, prepare: async (count) => requestList.parse(await server.ask({ work, count })) }
    },
  }
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
    candidates: besideFloor('code-sign-in'),
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
    candidates: [ours('send-code', 'SQLite', 'ES256', []), ours('send-code', 'PostgreSQL', 'ES256', [])],
  },
]
