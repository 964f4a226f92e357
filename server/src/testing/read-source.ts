import { posix } from 'node:path'
import ts from 'typescript'

/** What one source file reaches for, as its syntax tree says it. */
export interface Source {
  /** Paths in the repository, and names of packages: static, dynamic and type-only imports, and re-exports. */
  readonly imports: readonly string[]
  /** Tables whose shape it declares. */
  readonly declares: readonly string[]
  /** Tables that its queries name; not those that are defined in a query, by `with`. */
  readonly tables: readonly string[]
  readonly isQuerying: boolean
  readonly readsEnvironment: boolean
}

const TABLES_MODULE = 'server/src/platform/db/tables.ts'
const STATEMENTS = ['selectFrom', 'insertInto', 'updateTable', 'deleteFrom', 'replaceInto', 'mergeInto']
const FURTHER_TABLES = /^(?:(?:inner|left|right|full|cross)Join(?:Lateral)?|from|using)$/
const TABLES_IN_SQL = /\b(?:from|join|into|update)\s+"?(\w+)/gi

/** @param path of the file in the repository, with forward slashes */
export function readSource(path: string, text: string): Source {
  const imports: string[] = []
  const declares: string[] = []
  const tables: string[] = []
  const definedByWith: string[] = []
  let isQuerying = false
  let readsEnvironment = false

  function visit(node: ts.Node): void {
    const specifier = specifierOf(node)
    if (specifier !== undefined) imports.push(resolve(path, specifier))
    if (isTablesInterface(path, node))
      declares.push(...node.members.map((each) => each.name?.getText() ?? ''))
    if (isEnvironment(node)) readsEnvironment = true
    if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'sql') {
      isQuerying = true
      tables.push(...[...node.template.getText().matchAll(TABLES_IN_SQL)].map((match) => match[1] ?? ''))
    }
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const method = node.expression.name.text
      const named = literalsOf(node.arguments[0])
      if (STATEMENTS.includes(method)) isQuerying = true
      // `Buffer.from` and its like are called on a name, a query's `from` on a query.
      const isFurther = FURTHER_TABLES.test(method) && ts.isCallExpression(node.expression.expression)
      if (STATEMENTS.includes(method) || isFurther) tables.push(...named.map(withoutAlias))
      if (method === 'with' || method === 'withRecursive') definedByWith.push(...named.map(withoutColumns))
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true))
  return {
    imports,
    declares,
    tables: tables.filter((table) => !definedByWith.includes(table)),
    isQuerying,
    readsEnvironment,
  }
}

function specifierOf(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return textOf(node.moduleSpecifier)
  if (ts.isImportTypeNode(node))
    return ts.isLiteralTypeNode(node.argument) ? textOf(node.argument.literal) : ''
  if (ts.isExternalModuleReference(node)) return textOf(node.expression)
  if (!ts.isCallExpression(node)) return undefined
  const isDynamic =
    node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require'
  return isDynamic ? (textOf(node.arguments[0]) ?? 'a computed path') : undefined
}

function resolve(from: string, specifier: string): string {
  return specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : specifier
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined
}

function literalsOf(node: ts.Expression | undefined): readonly string[] {
  const each = node !== undefined && ts.isArrayLiteralExpression(node) ? node.elements : [node]
  return each.map(textOf).filter((text) => text !== undefined)
}

function withoutAlias(table: string): string {
  return table.split(' as ')[0]?.trim() ?? ''
}

function withoutColumns(definition: string): string {
  return definition.split('(')[0]?.trim() ?? ''
}

function isTablesInterface(path: string, node: ts.Node): node is ts.InterfaceDeclaration {
  if (!ts.isInterfaceDeclaration(node) || node.name.text !== 'Tables') return false
  const block = node.parent
  return (ts.isModuleBlock(block) ? resolve(path, block.parent.name.text) : path) === TABLES_MODULE
}

/** `process.env`, `process['env']`, `const { env } = process` and `import { env } from 'node:process'`. */
function isEnvironment(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return node.name.text === 'env' && isProcess(node.expression)
  if (ts.isElementAccessExpression(node)) {
    return textOf(node.argumentExpression) === 'env' && isProcess(node.expression)
  }
  const name =
    ts.isBindingElement(node) || ts.isImportSpecifier(node) ? (node.propertyName ?? node.name) : undefined
  if (name?.getText() !== 'env') return false
  const origin = ts.findAncestor(
    node,
    (each) => ts.isVariableDeclaration(each) || ts.isImportDeclaration(each),
  )
  if (origin === undefined) return false
  return ts.isVariableDeclaration(origin)
    ? origin.initializer !== undefined && isProcess(origin.initializer)
    : ts.isImportDeclaration(origin) && /^(?:node:)?process$/.test(textOf(origin.moduleSpecifier) ?? '')
}

function isProcess(node: ts.Node): boolean {
  return /(?:^|\.)process$/.test(node.getText())
}
