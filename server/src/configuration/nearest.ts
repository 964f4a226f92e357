/** `; did you mean "origins"?`, or nothing when no candidate is near enough to be meant. */
export function didYouMean(text: string, candidates: Iterable<string>): string {
  const [nearest] = [...candidates]
    .map((candidate) => ({ candidate, edits: editsBetween(text.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, edits }) => edits <= Math.ceil(candidate.length / 3))
    .toSorted((one, other) => one.edits - other.edits)
  return nearest === undefined ? '' : `; did you mean "${nearest.candidate}"?`
}

/** `"a"`, `"a" or "b"`, `"a", "b" or "c"` */
export function oneOf(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`)
  const last = quoted.at(-1) ?? ''
  return quoted.length > 1 ? `${quoted.slice(0, -1).join(', ')} or ${last}` : last
}

/** How many letters are to be put in, left out or changed to come from one to the other (Levenshtein). */
function editsBetween(one: string, other: string): number {
  // Nobody means something of quite another length, and a long word would take long to compare.
  if (Math.abs(one.length - other.length) > other.length) return Infinity
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1]
    for (const [column, opposite] of [...other].entries()) {
      const changed = (row[column] ?? 0) + (letter === opposite ? 0 : 1)
      next.push(Math.min(changed, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
