import { parseArgs } from 'node:util'
import { canPin, moveToLoadCore } from './machine.ts'
import { type Measured, measure } from './measure.ts'
import { jsonLines, table } from './report.ts'
import { writeResult } from './result.ts'
import { openScene } from './scene.ts'
import { works } from './works.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    profile: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
  },
})
const chosen = works.filter(({ name }) => values.only === undefined || name === values.only)
if (chosen.length === 0) {
  throw new Error(`there is no line "${values.only}"; there are ${works.map(({ name }) => name).join(', ')}`)
}
if (!canPin) {
  process.stderr.write(
    'bench: NO taskset, or one core only: server and load share cores, ratios are worth little\n',
  )
}
moveToLoadCore()
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

const effort = { rounds: Number(values.rounds), seconds: Number(values.seconds) }
const scene = openScene(values.profile)
const measured: Measured[] = []
try {
  for (const work of chosen) {
    process.stderr.write(`bench: ${work.meaning} …\n`)
    const line = await measure(work, scene, effort)
    measured.push(...line)
    if (values.json) process.stdout.write(jsonLines(line))
  }
} finally {
  await scene.close()
}
const text = table(measured, effort)
if (!values.json) process.stdout.write(text)
if (values.only === undefined) process.stderr.write(`bench: written to ${writeResult(text)}\n`)
