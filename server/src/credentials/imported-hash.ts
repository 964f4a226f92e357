import { timingSafeEqual } from 'node:crypto'
import { runComparison, runDerivation } from './hash-task.ts'

/** Of one comparison: more would let everybody who knows the name keep a core busy. */
const MAX_BCRYPT_COST = 13
const MAX_PBKDF2_ITERATIONS = 1_500_000
const MAX_SCRYPT_BYTES = 128 * 1024 * 1024
const MAX_SCRYPT_WORK = 2 ** 20
const MAX_ARGON2_KIB = 64 * 1024
const MAX_ARGON2_WORK_KIB = 4 * MAX_ARGON2_KIB

/** A password as another system has hashed it. */
export interface ImportedHash {
  matches(password: string): Promise<boolean>
}

const forms: readonly ((text: string) => ImportedHash | string | undefined)[] = [
  bcryptOf,
  argon2Of,
  scryptOf,
  pbkdf2Of,
]

/**
 * Reads a hash of another system: bcrypt (`$2a$`, `$2b$`, `$2y$`), Argon2 and scrypt as PHC strings, and PBKDF2 as
 * a PHC string, as passlib writes it, or as Django does.
 *
 * @returns the hash; or in words what is wrong with it, such as a cost that nobody should have to wait for
 */
export function parseImportedHash(text: string): ImportedHash | string {
  for (const read of forms) {
    const hash = read(text)
    if (hash !== undefined) return hash
  }
  return 'is not a bcrypt, Argon2, scrypt or PBKDF2 hash in a known form'
}

function bcryptOf(text: string): ImportedHash | string | undefined {
  const groups = /^\$2[aby]\$(?<cost>\d\d)\$[./A-Za-z0-9]{53}$/.exec(text)?.groups
  if (groups === undefined) return undefined
  const cost = Number(groups['cost'])
  if (cost < 4 || cost > MAX_BCRYPT_COST) return `has a bcrypt cost outside 4 to ${MAX_BCRYPT_COST}`
  return { matches: (password) => runComparison({ kind: 'bcrypt', password, hash: text }) }
}

function argon2Of(text: string): ImportedHash | string | undefined {
  const groups =
    /^\$argon2(?:id|i|d)\$v=19\$m=(?<kib>\d{1,9}),t=(?<passes>\d{1,9}),p=(?<lanes>\d{1,3})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{16,86}$/.exec(
      text,
    )?.groups
  if (groups === undefined) return undefined
  const [kib, passes, lanes] = numbersOf(groups, 'kib', 'passes', 'lanes')
  if (passes < 1 || lanes < 1 || lanes > 16 || kib < 8 * lanes) return 'has impossible Argon2 parameters'
  if (kib > MAX_ARGON2_KIB || kib * passes > MAX_ARGON2_WORK_KIB)
    return 'has Argon2 parameters that cost too much'
  return { matches: (password) => runComparison({ kind: 'argon2', password, hash: text }) }
}

function scryptOf(text: string): ImportedHash | string | undefined {
  const groups =
    /^\$scrypt\$ln=(?<ln>\d{1,2}),r=(?<r>\d{1,4}),p=(?<p>\d{1,4})\$(?<salt>[A-Za-z0-9+/.]{2,88}={0,2})\$(?<hash>[A-Za-z0-9+/.]{22,88}={0,2})$/.exec(
      text,
    )?.groups
  if (groups === undefined) return undefined
  const [ln, r, p] = numbersOf(groups, 'ln', 'r', 'p')
  if (ln < 1 || r < 1 || p < 1) return 'has impossible scrypt parameters'
  const N = 2 ** ln
  if (128 * N * r > MAX_SCRYPT_BYTES || N * r * p > MAX_SCRYPT_WORK)
    return 'has scrypt parameters that cost too much'
  const [salt, hash] = bytesOf(groups)
  return {
    matches: async (password) => {
      const cost = { N, r, p, maxmem: 2 * MAX_SCRYPT_BYTES }
      const made = await runDerivation({ kind: 'scrypt', password, salt, length: hash.length, cost })
      return timingSafeEqual(made, hash)
    },
  }
}

/** `$pbkdf2-sha256$i=600000,l=32$salt$hash`, `$pbkdf2-sha256$29000$salt$hash`, `pbkdf2_sha256$600000$salt$hash`. */
function pbkdf2Of(text: string): ImportedHash | string | undefined {
  const phc =
    /^\$pbkdf2(?:-(?<digest>sha1|sha256|sha512))?\$(?:i=)?(?<rounds>\d{1,10})(?:,l=(?<length>\d{1,3}))?\$(?<salt>[A-Za-z0-9+/.]{2,171}={0,2})\$(?<hash>[A-Za-z0-9+/.]{22,88}={0,2})$/.exec(
      text,
    )?.groups
  const django =
    /^pbkdf2_(?<digest>sha1|sha256)\$(?<rounds>\d{1,10})\$(?<salt>[^$]{1,128})\$(?<hash>[A-Za-z0-9+/]{22,88}={0,2})$/.exec(
      text,
    )?.groups
  const groups = phc ?? django
  if (groups === undefined) return undefined
  const [rounds] = numbersOf(groups, 'rounds')
  if (rounds < 1 || rounds > MAX_PBKDF2_ITERATIONS) {
    return `has PBKDF2 iterations outside 1 to ${MAX_PBKDF2_ITERATIONS}`
  }
  const [salt, hash] = bytesOf(groups)
  const length = groups['length']
  if (length !== undefined && Number(length) !== hash.length)
    return 'has a PBKDF2 hash of another length than it says'
  const usedSalt = django === undefined ? salt : Buffer.from(groups['salt'] ?? '')
  const digest = groups['digest'] ?? 'sha1'
  return {
    matches: async (password) =>
      timingSafeEqual(
        await runDerivation({
          kind: 'pbkdf2',
          password,
          salt: usedSalt,
          rounds,
          length: hash.length,
          digest,
        }),
        hash,
      ),
  }
}

type Groups = Readonly<Record<string, string | undefined>>

function numbersOf<const Names extends readonly string[]>(
  groups: Groups,
  ...names: Names
): { [Index in keyof Names]: number } {
  // A tuple maps to a tuple; the type of `map` has forgotten it.
  return names.map((name) => Number(groups[name])) as { [Index in keyof Names]: number }
}

/** passlib writes a dot for a plus. */
function bytesOf({ salt = '', hash = '' }: Groups): [salt: Buffer, hash: Buffer] {
  return [Buffer.from(salt.replaceAll('.', '+'), 'base64'), Buffer.from(hash.replaceAll('.', '+'), 'base64')]
}
