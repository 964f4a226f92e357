import { type FindingResult, sayFinding } from '../../platform/finding.ts'
import type { Language } from '../../platform/refusal.ts'
import type { Diagnosis, Subject } from './subject.ts'

const resultWords: Readonly<Record<FindingResult, Readonly<Record<Language, string>>>> = {
  ok: { en: 'ok', zh: '正常' },
  warning: { en: 'warning', zh: '警告' },
  problem: { en: 'PROBLEM', zh: '有问题' },
  'not-reachable': { en: 'not reachable', zh: '连不上' },
  'not-decidable': { en: 'not decidable', zh: '无法判断' },
}

const subjectWords: Readonly<Record<Subject['kind'], Readonly<Record<Language, string>>>> = {
  application: { en: 'application', zh: '应用' },
  clock: { en: 'clock', zh: '时钟' },
  connection: { en: 'connection', zh: '连接' },
  database: { en: 'database', zh: '数据库' },
  gateway: { en: 'gateway', zh: '通道' },
  'key-file': { en: 'master key', zh: '主密钥' },
  proxies: { en: 'trusted proxies', zh: '受信代理' },
  'public-url': { en: 'public URL', zh: '公开网址' },
  sending: { en: 'sending', zh: '发送策略' },
  'test-addresses': { en: 'test addresses', zh: '测试地址' },
}

/** As wide as the longest word, so that what follows stands in line. */
const INDENT = { en: 13, zh: 8 } as const

/** Each finding as a line for a person, and on the next one what to do about it. */
export function printDiagnoses(diagnoses: readonly Diagnosis[], language: Language): readonly string[] {
  const colon = language === 'zh' ? '：' : ': '
  return diagnoses.flatMap(({ subject, finding }) => {
    const { says, todo } = sayFinding(finding, language)
    const word = resultWords[finding.definition.result][language]
    const what = [subjectWords[subject.kind][language], subject.name].filter(Boolean).join(' ')
    const line = `${word}${' '.repeat(INDENT[language] - widthOf(word))}  ${what}${colon}${says}`
    return todo === undefined ? [line] : [line, `${' '.repeat(INDENT[language])}  → ${todo}`]
  })
}

/** A Chinese character is as wide as two others. */
function widthOf(text: string): number {
  return [...text].reduce((width, character) => width + (character > '\u2e7f' ? 2 : 1), 0)
}

/** The same for a program: one JSON object a line. */
export function printDiagnosesAsJson(diagnoses: readonly Diagnosis[], language: Language): readonly string[] {
  return diagnoses.map(({ subject, finding }) => {
    const { says, todo } = sayFinding(finding, language)
    const { result, code } = finding.definition
    return JSON.stringify({ result, code, subject: subject.kind, name: subject.name, says, todo })
  })
}
