import { z } from 'zod'

const sectionsOfNames = z.registry<{ readonly section: string }>()

/** A field that holds the name of an object of another section. That there is one is checked. */
export function nameOf(section: string): z.ZodString {
  return z.string().min(1).register(sectionsOfNames, { section })
}

/** @returns the section whose object this very schema names */
export function sectionNamedBy(schema: z.ZodType): string | undefined {
  return sectionsOfNames.get(schema)?.section
}
