import type { AttributeName, CustomValue, UserAttributes } from './attributes.ts'

/** What says little of a person. */
const SHOWN: readonly AttributeName[] = ['head_img', 'attr_gender', 'industry']

/** Attributes that a person recognises as his and nobody else can use: `1***`, `1990-**-**`. */
export function maskAttributes({ builtIn, extension }: UserAttributes): Readonly<Record<string, unknown>> {
  const masked = Object.entries(builtIn).map(([name, value]) => [name, maskBuiltIn(name, value)] as const)
  const custom = Object.entries(extension).map(([name, value]) => [name, maskCustom(value)] as const)
  return { ...Object.fromEntries(masked), extension: Object.fromEntries(custom) }
}

function maskBuiltIn(name: string, value: string): string {
  if (SHOWN.some((shown) => shown === name)) return value
  return name === 'attr_birthday' ? `${value.slice(0, 4)}-**-**` : maskText(value)
}

function maskCustom(value: CustomValue): unknown {
  if (typeof value === 'string') return maskText(value)
  return typeof value === 'object' ? value.map(maskText) : value
}

function maskText(text: string): string {
  const [first = ''] = text
  return `${first}***`
}
