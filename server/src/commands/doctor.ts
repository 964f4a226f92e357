import {
  type Diagnosis,
  examineDeployment,
  type ExaminedDeployment,
  printDiagnoses,
  printDiagnosesAsJson,
} from '../app.ts'
import { readVariable, type Settings } from '../config.ts'
import { systemClock } from '../platform/clock.ts'
import { openOutboundLane } from '../platform/outbound/outbound.ts'
import type { Language } from '../platform/refusal.ts'
import { StartError } from '../platform/start-error.ts'
import { WECHAT_API } from './outside-world.ts'
import { withDeployment } from './with-deployment.ts'

export interface DoctorFlags {
  readonly lang?: string
  readonly json?: true
}

/** Calls at once; there are a few for each connection and gateway. */
const MAX_IN_FLIGHT = 1_000

/** `ligature doctor`: exit code 1 when there is a problem or something is not reachable. */
export async function doctor(settings: Settings, { lang, json }: DoctorFlags): Promise<void> {
  const language = languageOf(lang)
  const diagnoses = await examine(settings)
  const lines =
    json === true ? printDiagnosesAsJson(diagnoses, language) : printDiagnoses(diagnoses, language)
  const isWell = diagnoses.every(({ finding }) => !isTrouble(finding.definition.result))
  // A name that nobody answers for can be looked up for long after its call was given up.
  process.stdout.write(lines.map((line) => `${line}\n`).join(''), () => process.exit(isWell ? 0 : 1))
}

function isTrouble(result: Diagnosis['finding']['definition']['result']): boolean {
  return result === 'problem' || result === 'not-reachable'
}

async function examine(settings: Settings): Promise<readonly Diagnosis[]> {
  const given = {
    clock: systemClock,
    outbound: openOutboundLane(MAX_IN_FLIGHT),
    weChatApi: settings.weChatApi ?? WECHAT_API,
    publicUrl: settings.publicUrl,
    trustedProxies: settings.trustedProxies,
    keyDirectory: keyDirectoryOf(settings),
  } satisfies Omit<ExaminedDeployment, 'data'>
  let found: readonly Diagnosis[] | undefined
  try {
    await withDeployment(
      settings,
      async ({ db, vault, activity }) => {
        found = await examineDeployment({ ...given, data: { db, vault, kind: activity.store } })
      },
      { isLookedAt: true },
    )
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    found ??= await examineDeployment({ ...given, data: error.message })
  }
  return found ?? []
}

/** Where there is a database server, or a key in the environment, no file holds the key. */
function keyDirectoryOf({ masterKey, database, data }: Settings): string | undefined {
  return masterKey !== undefined || database !== undefined ? undefined : (data ?? './data')
}

/** @throws {StartError} for a language that is none of ours */
function languageOf(lang: string | undefined): Language {
  if (lang === 'zh' || lang === 'en') return lang
  if (lang !== undefined) throw new StartError('--lang is zh or en')
  const locale = [readVariable('LC_ALL'), readVariable('LC_MESSAGES'), readVariable('LANG')].find(Boolean)
  return locale?.toLowerCase().startsWith('zh') === true ? 'zh' : 'en'
}
