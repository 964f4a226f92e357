import { StartError } from '../platform/start-error.ts'

/** Where something stands in the file, both counted from 1. */
export interface Place {
  readonly line: number
  readonly column: number
  /** A value that is no text (`5`, `true`), as it is written. */
  readonly asWritten?: string
}

/** Something in the file that cannot be meant. */
export interface Problem {
  readonly place: Place
  /** What would be right, in words for somebody who has the file open. Holds no secret and no address. */
  readonly says: string
}

/** All problems of a file in one message, a line each, in the order of the file. */
export function refusalOf(file: string, problems: readonly Problem[]): StartError {
  const inOrder = problems.toSorted(
    (one, other) => one.place.line - other.place.line || one.place.column - other.place.column,
  )
  const lines = inOrder.map(({ place, says }) => `${file}:${place.line}:${place.column}: ${says}`)
  const count = problems.length === 1 ? '1 mistake' : `${problems.length} mistakes`
  return new StartError([`${file} has ${count}; nothing was changed`, ...lines].join('\n'))
}
