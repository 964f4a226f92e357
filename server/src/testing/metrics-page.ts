/** One line of the page: a value under its name and labels. */
interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** The page at `/metrics`, read as Prometheus reads it. */
export interface MetricsPage {
  readonly text: string
  /** The values under this name whose labels have these values; nothing that is not there counts as 0. */
  values(name: string, labels?: Readonly<Record<string, string>>): number[]
  /** The sum of them. */
  total(name: string, labels?: Readonly<Record<string, string>>): number
  /** Every series, as `name{label="value"}`. */
  readonly series: ReadonlySet<string>
  /** Name, type and help of every metric. */
  readonly metrics: readonly { readonly name: string; readonly type: string; readonly help: string }[]
}

/** @throws {Error} when it is not handed out, or a line is not in the format */
export async function readMetrics(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<MetricsPage> {
  const response = await fetch(`${url}/metrics`, { headers })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`/metrics answers ${response.status}`)
  return parseMetrics(text)
}

function parseMetrics(text: string): MetricsPage {
  const lines = text.split('\n').filter((line) => line !== '')
  const samples = lines.filter((line) => !line.startsWith('#')).map(parseSample)
  const values: MetricsPage['values'] = (name, labels = {}) =>
    samples
      .filter((sample) => sample.name === name)
      .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
      .map(({ value }) => value)
  return {
    text,
    values,
    total: (name, labels) => values(name, labels).reduce((sum, value) => sum + value, 0),
    series: new Set(lines.filter((line) => !line.startsWith('#')).map((line) => line.replace(/ \S+$/, ''))),
    metrics: [...text.matchAll(/^# HELP (\S+) (.*)\n# TYPE \1 (\w+)$/gm)].map(
      ([, name = '', help = '', type = '']) => ({ name, type, help }),
    ),
  }
}

function parseSample(line: string): Sample {
  const [, name, labels = '', value] =
    /^([a-z_:][\w:]*)(?:\{((?:\w+="(?:[^"\\]|\\.)*",?)*)\})? (\S+)$/i.exec(line) ?? []
  if (name === undefined || Number.isNaN(Number(value))) throw new Error(`not a sample: ${line}`)
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)]
  return {
    name,
    labels: Object.fromEntries(pairs.map(([, label = '', text = '']) => [label, text])),
    value: Number(value),
  }
}
