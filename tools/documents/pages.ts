import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../run.ts'

/** A fenced block of a page. */
export interface Block {
  /** What stands behind the fence: `sh`, `json`. */
  readonly language: string
  readonly text: string
}

/** Every page that somebody reads who has the repository, by path. */
export const pages: ReadonlyMap<string, string> = new Map(
  globSync(['README*.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/**/*.md'], { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .toSorted()
    .map((path) => [path, readFileSync(join(root, path), 'utf8')] as const),
)

/** @throws {Error} when there is no such page */
export function loadPage(path: string): string {
  const text = pages.get(path)
  if (text === undefined) throw new Error(`there is no page ${path}`)
  return text
}

/** The fenced blocks of a page, in order; those inside a list item without its indentation. */
export function blocksOf(text: string): Block[] {
  const fenced = /^( *)```(\w*)\n(.*?)^\1```$/gms
  return [...text.matchAll(fenced)].map(([, indentation = '', language = '', content = '']) => ({
    language,
    text: content.replaceAll(new RegExp(`^${indentation}`, 'gm'), ''),
  }))
}

/** A page without its fenced blocks: what is text, links and headings. */
export function proseOf(text: string): string {
  return text.replace(/^( *)```.*?^\1```$/gms, '')
}
