import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { root } from '../run.ts'

/** A refusal as its table has it written down. */
export interface WrittenRefusal {
  /** A path in the repository. */
  readonly file: string
  /** Its name in the table. */
  readonly name: string
  readonly code: string
  /** The comment above it, on one line; empty when there is none. */
  readonly when: string
}

/** Reads every `refusals.ts` of the server. A comment lives beside the refusal that it explains, and nowhere else. */
export function readRefusalSources(): WrittenRefusal[] {
  return globSync('server/src/**/refusals.ts', { cwd: root })
    .map((file) => file.replaceAll('\\', '/'))
    .toSorted()
    .flatMap((file) => readRefusals(file, readFileSync(join(root, file), 'utf8')))
}

/** The refusals in one source: whatever is an object with a `code`. */
export function readRefusals(file: string, text: string): WrittenRefusal[] {
  const found: WrittenRefusal[] = []
  function visit(node: ts.Node): void {
    if (ts.isPropertyAssignment(node) && ts.isObjectLiteralExpression(node.initializer)) {
      const code = codeIn(node.initializer)
      if (code !== undefined) found.push({ file, name: node.name.getText(), code, when: commentOn(node) })
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true))
  return found
}

function codeIn(object: ts.ObjectLiteralExpression): string | undefined {
  for (const property of object.properties) {
    if (ts.isPropertyAssignment(property) && property.name.getText() === 'code') {
      return ts.isStringLiteralLike(property.initializer) ? property.initializer.text : undefined
    }
  }
  return undefined
}

function commentOn(node: ts.Node): string {
  const comments = ts
    .getJSDocCommentsAndTags(node)
    .map((part) => ts.getTextOfJSDocComment(part.comment) ?? '')
  return comments.join(' ').replace(/\s+/g, ' ').trim()
}
