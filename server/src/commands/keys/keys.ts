import {
  longestIdTokenSeconds,
  replaceSigningKeys,
  showSigningKeys,
  type ShownSigningKey,
  signingAlgorithm,
  stageSigningKey,
} from '../../app.ts'
import type { Settings } from '../../config.ts'
import { type Deployment, openForNewMasterKey } from '../../deployment.ts'
import { keyedColumns, sealedColumns } from '../../key-columns.ts'
import { systemClock } from '../../platform/clock.ts'
import { StartError } from '../../platform/start-error.ts'
import { changeMasterKey } from '../../platform/vault/change-master-key.ts'
import { showDataKeys, stageDataKey } from '../../platform/vault/rotate-data-key.ts'
import { withDeployment } from '../with-deployment.ts'

export interface RotateFlags {
  /** One of the algorithms; absent: each of them. */
  readonly algorithm?: string
  readonly dataKey?: boolean
  readonly dangerNow?: boolean
}

/** `ligature keys rotate` */
export function rotate(settings: Settings, flags: RotateFlags): Promise<void> {
  if (flags.dataKey && (flags.algorithm !== undefined || flags.dangerNow)) {
    throw new StartError('--data-key goes with neither --algorithm nor --danger-now')
  }
  return withDeployment(settings, async (deployment, now) => {
    if (flags.dataKey) await rotateData(deployment, now)
    else await rotateSigning(deployment, flags, now)
  })
}

async function rotateSigning({ db, vault }: Deployment, flags: RotateFlags, now: number): Promise<void> {
  const algorithms = algorithmsOf(flags)
  for (const algorithm of algorithms) {
    if (flags.dangerNow) {
      await replaceSigningKeys(db, vault, algorithm, now)
      print(`${algorithm}: every older key is gone. The id_tokens that they signed are refused from now on.`)
    } else if (!(await stageSigningKey(db, vault, algorithm, now))) {
      print(`${algorithm}: the next key is there already; it is not its turn yet`)
    }
  }
  const shown = await showSigningKeys(db, await longestIdTokenSeconds(db), now)
  for (const key of shown.filter((each) => algorithms.some((name) => name === each.algorithm))) {
    print(`${key.algorithm} ${key.kid} ${inWords(key)}`)
  }
}

function algorithmsOf({ algorithm }: RotateFlags) {
  if (algorithm === undefined) return signingAlgorithm.options
  const parsed = signingAlgorithm.safeParse(algorithm)
  if (parsed.success) return [parsed.data]
  throw new StartError(`--algorithm is one of ${signingAlgorithm.options.join(', ')}`)
}

function inWords({ state, activeFrom, retiresAt, publishedUntil }: ShownSigningKey): string {
  const end =
    retiresAt === undefined
      ? ''
      : `, until ${iso(retiresAt)}; published until ${iso(publishedUntil ?? retiresAt)} at least`
  const isAhead = state === 'next'
  return `${state}: ${isAhead ? 'signs' : 'signing'} from ${iso(activeFrom)}${end}`
}

async function rotateData({ db, vault }: Deployment, now: number): Promise<void> {
  const isNew = await stageDataKey(db, vault, now)
  const newest = (await showDataKeys(db, [])).at(-1)
  if (newest === undefined) return
  const { number, sealsFrom } = newest
  print(
    isNew
      ? `data key ${number} seals from ${iso(sealsFrom)}; a running server then seals all rows again under it`
      : `data key ${number} is there already and seals from ${iso(sealsFrom)}`,
  )
}

/** `ligature keys show` */
export function show(settings: Settings): Promise<void> {
  return withDeployment(settings, async ({ db }, now) => {
    const signing = await showSigningKeys(db, await longestIdTokenSeconds(db), now)
    const data = await showDataKeys(db, sealedColumns)
    const shown = {
      signing_keys: signing.map((key) => ({
        algorithm: key.algorithm,
        kid: key.kid,
        state: key.state,
        active_from: iso(key.activeFrom),
        ...(key.retiresAt !== undefined && { retires_at: iso(key.retiresAt) }),
        ...(key.publishedUntil !== undefined && { published_until: iso(key.publishedUntil) }),
        can_sign: key.hasPrivatePart,
      })),
      data_keys: data.map(({ number, createdAt, sealsFrom, rows }) => ({
        number,
        created_at: iso(createdAt),
        seals_from: iso(Math.max(createdAt, sealsFrom)),
        rows,
      })),
    }
    print(JSON.stringify(shown, undefined, 2))
  })
}

/** `ligature keys change-master-key` */
export async function changeMaster(settings: Settings): Promise<void> {
  const now = systemClock.now()
  const { db, current, next, close } = await openForNewMasterKey(
    {
      database: settings.database,
      dataDirectory: settings.data ?? './data',
      masterKey: settings.masterKey,
    },
    settings.newMasterKey,
    now,
  )
  try {
    const { columns, installed } = await changeMasterKey(db, current, next, keyedColumns, now)
    for (const { column, rows, removed, unreadable } of columns) {
      print(`${column}: ${rows} rows, ${removed} of them removed, ${unreadable} unreadable`)
    }
    print(`done: ${installed}`)
  } finally {
    await close()
  }
}

function iso(at: number): string {
  return new Date(at).toISOString()
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
