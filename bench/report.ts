import type { Effort, Measured } from './measure.ts'

/** One JSON object a line; a candidate with two to be compared with has two lines, one with none `null`. */
export function jsonLines(measured: readonly Measured[]): string {
  return measured
    .flatMap(({ work, candidate, rate, ratios, p50Ms, p99Ms }) =>
      (ratios.length === 0 ? [{ against: null, ratio: null }] : ratios).map(({ against, ratio }) => ({
        work,
        candidate,
        rate: rounded(rate),
        against,
        ratio: ratio === null ? null : rounded(ratio),
        p50_ms: rounded(p50Ms),
        p99_ms: rounded(p99Ms),
      })),
    )
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('')
}

const head = [
  'work',
  'candidate',
  'per second',
  'ratio',
  'p50 ms',
  'p99 ms',
  'CPU ms',
  'memory MB',
  'statements',
  'round trips',
  'commits',
  'rows',
  'bytes kept',
  'refused',
  'load CPU',
] as const

/** The table as it is printed and kept. */
export function table(measured: readonly Measured[], { rounds, seconds }: Effort): string {
  const rows = measured.map((each) => [
    each.work,
    each.candidate,
    each.rate < 10 ? each.rate.toFixed(2) : String(Math.round(each.rate)),
    each.ratios.map(({ against, ratio }) => `${ratio.toFixed(2)} of ${against}`).join(', '),
    each.p50Ms.toFixed(1),
    each.p99Ms.toFixed(1),
    Number.isNaN(each.cpuMsPerRequest) ? '' : each.cpuMsPerRequest.toFixed(3),
    each.residentMb.toFixed(0),
    ...countsOf(each),
    `${Math.round(each.refused * 100)} %`,
    `${Math.round(each.generatorCpu * 100)} %`,
  ])
  const all = [head, head.map(() => '---'), ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const lines = all.map(
    (row) => `| ${row.map((cell, column) => fill(cell, widths[column] ?? 0)).join(' | ')} |`,
  )
  return [
    ...lines,
    '',
    `Median of ${rounds} rounds of ${seconds} s each; a ratio is the median of the ratios of the rounds.`,
    'Latencies at half of the rate; CPU of the server for one request; load CPU is the part of its core that the generator used.',
    '',
  ].join('\n')
}

function countsOf({ counts }: Measured): readonly string[] {
  if (counts === undefined) return ['', '', '', '', '']
  const { statements, roundTrips, flushes, rows, bytes } = counts
  return [
    ...[statements, roundTrips, flushes, rows].map((value) => value.toFixed(2)),
    String(Math.round(bytes)),
  ]
}

function fill(cell: string, width: number): string {
  return cell === '---' ? '-'.repeat(width) : cell.padEnd(width)
}

function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
