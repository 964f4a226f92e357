import { parseArgs } from 'node:util'
import { growthTable, growthWork, measureGrowth } from './growth.ts'
import { canPin, moveToLoadCore } from './machine.ts'
import { type Measured, measure } from './measure.ts'
import { measureOverload, overloadTable, overloadWork } from './overload.ts'
import { jsonLines, table } from './report.ts'
import { writeResult } from './result.ts'
import { builtProgram, openScene } from './scene.ts'
import { measureStart, startWork } from './start.ts'
import { works } from './works.ts'

const { values } = parseArgs({
  options: {
    long: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    profile: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    users: { type: 'string', default: '1000000' },
  },
})
const isChosen = (name: string): boolean => values.only === undefined || name === values.only
const names = [...works.map(({ name }) => name), startWork, overloadWork, growthWork]
if (!names.some(isChosen)) {
  throw new Error(`there is no line "${values.only}"; there are ${names.join(', ')}`)
}
if (!canPin) {
  process.stderr.write(
    'bench: NO taskset, or one core only: server and load share cores, ratios are worth little\n',
  )
}
moveToLoadCore()
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

const effort = { rounds: Number(values.rounds), seconds: Number(values.seconds), warmUpRequests: 300 }
const scene = openScene(builtProgram, values.profile)
const measured: Measured[] = []
let overload = ''
let growth = ''

function show(line: readonly Measured[]): void {
  measured.push(...line)
  if (values.json) process.stdout.write(jsonLines(line))
}

try {
  for (const work of works.filter(({ name }) => isChosen(name))) {
    process.stderr.write(`bench: ${work.meaning} …\n`)
    show(await measure(work, scene, effort))
  }
  if (isChosen(startWork)) show(await measureStart(scene, effort))
  if (isChosen(overloadWork)) {
    process.stderr.write('bench: ask twice as much as can be done …\n')
    overload = overloadTable(await measureOverload(scene, values.long))
  }
  if (values.long ? isChosen(growthWork) : values.only === growthWork) {
    const users = Number(values.users)
    process.stderr.write(`bench: put ${users} users in place and do the same among them …\n`)
    const grown = await measureGrowth(scene, effort, users)
    show(grown)
    growth = growthTable(grown)
  }
} finally {
  await scene.close()
}
const text = `${measured.length === 0 ? '' : table(measured, effort)}\n${overload}${growth}`
if (!values.json) process.stdout.write(text)
if (values.only === undefined) process.stderr.write(`bench: written to ${writeResult(text)}\n`)
