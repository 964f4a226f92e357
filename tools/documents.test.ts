import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { allRefusals, sdkEndpoints } from '../server/src/sdk-endpoints.ts'
import { commandLine } from '../server/src/commands/command-line.ts'
import { settingDefinitions } from '../server/src/config.ts'
import { doorRefusals } from '../server/src/platform/http/refusals.ts'
import type { RefusalDefinition } from '../server/src/platform/refusal.ts'
import { loadPage, pages, proseOf } from './documents/pages.ts'
import { anchorOf } from './reference/markdown.ts'
import { root } from './run.ts'

interface Mention {
  readonly page: string
  readonly thing: string
}

/** Where the pages name things of one kind. */
function mentions(find: (text: string) => readonly string[]): Mention[] {
  return [...pages].flatMap(([page, text]) => [...new Set(find(text))].map((thing) => ({ page, thing })))
}

/** What of it does not exist; there has to be something, or nothing was looked at. */
function missing(found: readonly Mention[], exists: (mention: Mention) => boolean): string[] {
  if (found.length === 0) return ['nothing of the kind is named at all']
  return found.filter((mention) => !exists(mention)).map(({ page, thing }) => `${page}: ${thing}`)
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '')
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

test('every relative link leads to a file, and to a heading of it', () => {
  const links = mentions((text) => matches(proseOf(text), /\]\(([^)\s]+)\)/g))

  expect(missing(links, ({ page, thing }) => /^https?:/.test(thing) || leadsSomewhere(page, thing))).toEqual(
    [],
  )
})

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(root, target))) return false
  return (
    anchor === undefined ||
    matches(proseOf(read(target)), /^#+ (.+)$/gm)
      .map(anchorOf)
      .includes(anchor)
  )
}

test('every page of docs is in its index', () => {
  const files = globSync('**/*.{md,json}', { cwd: join(root, 'docs') }).map((path) =>
    path.replaceAll('\\', '/'),
  )
  const linked = matches(loadPage('docs/README.md'), /\]\(([^)]+)\)/g)

  expect(linked).toEqual(expect.arrayContaining(files.filter((file) => file !== 'README.md')))
})

test('every command that is named exists, with its flags', () => {
  const commands = mentions((text) => matches(text, /\.\/ligature ((?:\\\n|[^\n`#])+)/g))

  expect(commandsOfTheLauncher()).toEqual(['test', 'build', 'bench'])
  expect(missing(commands, ({ thing }) => isCommand(thing.replaceAll('\\\n', ' ')))).toEqual([])
})

/** What `./ligature NAME` runs instead of the command line. */
function commandsOfTheLauncher(): string[] {
  const program = /^ *([a-z |]+)\)\n\s*program=\$root\/(?:tools\/\$1|bench\/main)\.ts$/gm
  return matches(read('ligature'), program).flatMap((names) => names.split(' | '))
}

function isCommand(line: string): boolean {
  const words = line.split(/\s+/)
  if (commandsOfTheLauncher().includes(words[0] ?? '')) return true

  let command = commandLine()
  for (const word of words) {
    const next = command.commands.find((each) => each.name() === word)
    if (next === undefined) break
    command = next
  }
  const help = command.helpInformation()
  return (
    command.commands.length === 0 && matches(line, /(--[a-z-]+)/g).every((flag) => help.includes(`${flag} `))
  )
}

test('every variable that is named exists', () => {
  const known: string[] = Object.values(settingDefinitions).map(({ variable }) => variable)
  const variables = mentions((text) => text.match(/LIGATURE_[A-Z_]+/g) ?? [])

  expect(missing(variables, ({ thing }) => known.includes(thing))).toEqual([])
})

test('every path of the API that is named exists', () => {
  const known = sdkEndpoints.map(({ path }) => path)
  const paths = mentions((text) => text.match(/\/api\/v\d\/(?:sdk|ligature)\/[\w/-]+/g) ?? [])

  expect(missing(paths, ({ thing }) => known.includes(thing))).toEqual([])
})

test('every error code that is named exists', () => {
  const refusals = Object.values(allRefusals).flatMap((table) => Object.values<RefusalDefinition>(table))
  const known = refusals.map(({ code }) => code)

  expect(missing(mentions(codesIn), ({ thing }) => known.includes(thing))).toEqual([])
})

/** `IDAAS.SDK.PARAM.0001`, and also `.0002` after it in the same line. */
function codesIn(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    let group = ''
    return [...line.matchAll(/(IDAAS\.SDK\.[A-Z]+|`)\.(\d{4})\b/g)].map(([, named = '', number = '']) => {
      if (named !== '`') group = named
      return `${group}.${number}`
    })
  })
}

test('the guide to binding says what to do with everything that its calls may be refused with', () => {
  const told = codesIn(loadPage('docs/guide/how-binding-works.md'))
  const calls = sdkEndpoints.filter(({ path }) =>
    /\/(?:login\/wechat|social|(?:sms|email)\/send|sign-in)/.test(path),
  )
  const refusals = [...Object.values(doorRefusals), ...calls.flatMap((call) => call.refusals)]

  expect(calls).toHaveLength(13)
  expect(told).toEqual(expect.arrayContaining(refusals.map(({ code }) => code)))
})
