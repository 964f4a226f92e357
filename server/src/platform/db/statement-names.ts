const names = new Map<string, string>()

/** Gives a statement that is run often a name, under which a server keeps it once it has read and planned it. */
export function giveName(sql: string): void {
  if (!names.has(sql)) names.set(sql, `ligature_${names.size + 1}`)
}

export function nameOf(sql: string): string | undefined {
  return names.get(sql)
}
