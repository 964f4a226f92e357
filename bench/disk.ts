import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** On the disk of the repository: a temporary directory may be memory, where a flush costs nothing. */
export const disk = join(import.meta.dirname, '../.cache/bench')

mkdirSync(disk, { recursive: true })
