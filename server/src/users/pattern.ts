/** Whether a whole text has the form of a pattern. */
export type Pattern = (text: string) => boolean

/** In words what is wrong with a pattern. */
export class PatternError extends Error {
  override readonly name = 'PatternError'
}

/** A step of the machine that a pattern becomes: a character that leads on, or only ways on. */
interface State {
  readonly takes?: (character: string) => boolean
  readonly next: State[]
}

type Node =
  | { readonly kind: 'character'; readonly takes: (character: string) => boolean }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  | { readonly kind: 'repeat'; readonly of: Node; readonly min: number; readonly max: number }

const MAX_STATES = 1000
const MAX_SOURCE = 200

const CLASS = /\[(?:\\.|[^\]\\])*\]/suy
const ESCAPE =
  /\\(?:[pP]\{[\w=]+\}|u\{[\da-fA-F]{1,6}\}|u(?![dD][89a-fA-F])[\da-fA-F]{4}|x[\da-fA-F]{2}|[dDwWsStnr]|[\^$\\.*+?()[\]{}|/])/uy
const LITERAL = /[^\\^$*+?()[\]{}|]/suy
const TIMES = /(?:([*+?])|\{(\d{1,4})(,(\d{1,4})?)?\})\??/uy
const GROUP = /\((\?:|(?!\?))/uy

/**
 * Reads a regular expression, about a whole text: characters, classes, groups, `|` and the ways to repeat. Look
 * around, word boundaries and references back are not part of it.
 *
 * It becomes a machine that looks at each character once, in all the states that it may be in, so that no pattern
 * and no text makes it slow; the engine of the language would try the ways one by one, of which there can be
 * exponentially many.
 *
 * @throws {PatternError}
 * @see docs/decisions/0020-user-attributes.md
 */
export function compilePattern(source: string): Pattern {
  if (source.length > MAX_SOURCE) throw new PatternError(`must have ${MAX_SOURCE} characters at most`)
  const end: State = { next: [] }
  const start = machineOf(parse(source.replace(/^\^/, '').replace(/(?<!\\)\$$/, '')), end)
  return (text) => {
    let states = reach([start])
    for (const character of text) {
      const taken = [...states].filter((state) => state.takes?.(character) === true)
      if (taken.length === 0) return false
      states = reach(taken.flatMap(({ next }) => next))
    }
    return states.has(end)
  }
}

/** The states that can be come to without a character. */
function reach(states: readonly State[]): Set<State> {
  const reached = new Set<State>()
  const left = [...states]
  for (let state = left.pop(); state !== undefined; state = left.pop()) {
    if (reached.has(state)) continue
    reached.add(state)
    if (state.takes === undefined) left.push(...state.next)
  }
  return reached
}

function machineOf(pattern: Node, end: State): State {
  let count = 0
  const add = (state: State): State => {
    if (++count > MAX_STATES) throw new PatternError('repeats too much')
    return state
  }
  const build = (node: Node, after: State): State => {
    switch (node.kind) {
      case 'character':
        return add({ takes: node.takes, next: [after] })
      case 'sequence':
        return node.parts.reduceRight((later, part) => build(part, later), after)
      case 'choice':
        return add({ next: node.options.map((option) => build(option, after)) })
      case 'repeat': {
        let state = node.max === Infinity ? add({ next: [after] }) : after
        if (node.max === Infinity) state.next.push(build(node.of, state))
        else for (let n = node.min; n < node.max; n++) state = add({ next: [build(node.of, state), after] })
        for (let n = 0; n < node.min; n++) state = build(node.of, add({ next: [state] }))
        return state
      }
    }
  }
  return build(pattern, end)
}

function parse(source: string): Node {
  let at = 0
  const read = (token: RegExp): RegExpExecArray | undefined => {
    token.lastIndex = at
    const found = token.exec(source) ?? undefined
    if (found !== undefined) at = token.lastIndex
    return found
  }
  const choice = (): Node => {
    const options = [sequence()]
    while (source[at] === '|') {
      at++
      options.push(sequence())
    }
    return { kind: 'choice', options }
  }
  const sequence = (): Node => {
    const parts: Node[] = []
    while (at < source.length && source[at] !== '|' && source[at] !== ')') parts.push(repeated(one()))
    return { kind: 'sequence', parts }
  }
  const one = (): Node => {
    if (read(GROUP) !== undefined) {
      const inside = choice()
      if (source[at++] !== ')') throw new PatternError('has a group that does not end')
      return inside
    }
    const text = (read(CLASS) ?? read(ESCAPE) ?? read(LITERAL))?.[0]
    if (text === undefined) throw new PatternError(`is not understood from "${source.slice(at, at + 10)}" on`)
    return { kind: 'character', takes: characterTest(text) }
  }
  const repeated = (of: Node): Node => {
    const times = read(TIMES)
    if (times === undefined) return of
    const [, sign, min = '', more, max] = times
    if (sign !== undefined) return { kind: 'repeat', of, ...signs[sign === '*' || sign === '+' ? sign : '?'] }
    const atLeast = Number(min)
    const atMost = more === undefined ? atLeast : max === undefined ? Infinity : Number(max)
    if (atMost < atLeast) throw new PatternError('repeats at most fewer times than at least')
    return { kind: 'repeat', of, min: atLeast, max: atMost }
  }

  const whole = choice()
  if (at < source.length) throw new PatternError('has a ")" too many')
  return whole
}

const signs = {
  '*': { min: 0, max: Infinity },
  '+': { min: 1, max: Infinity },
  '?': { min: 0, max: 1 },
} as const

/** One character, a class or an escape is left to the language: about a single character nothing is slow. */
function characterTest(text: string): (character: string) => boolean {
  try {
    const single = new RegExp(`^${text}$`, 'su')
    return (character) => single.test(character)
  } catch {
    throw new PatternError(`is not understood at "${text.slice(0, 10)}"`)
  }
}
