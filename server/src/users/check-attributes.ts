import { Refusal } from '../platform/refusal.ts'
import { formOfCustom, formOfField, isEmptyValue } from './attribute-forms.ts'
import { type AttributeRules, type FieldName, fieldNames } from './attribute-rules.ts'
import { attributeNames, type CustomValue, NO_ATTRIBUTES, type UserAttributes } from './attributes.ts'
import { compilePattern } from './pattern.ts'
import { userRefusals } from './refusals.ts'

/** What a person says of himself in a call, by the names of the wire. An empty text says: nothing. */
export interface GivenAttributes extends Readonly<Partial<Record<FieldName, string | undefined>>> {
  /** Names that no operator defined are passed over: installed apps may know of attributes that are gone. */
  readonly extension?: Readonly<Record<string, unknown>> | undefined
}

/** What is to be kept of a user. */
export interface Profile extends UserAttributes {
  /** Absent: one is made for him. */
  readonly userName?: string
  readonly name: string
}

const NOBODY: Profile = { name: '', ...NO_ATTRIBUTES }

/**
 * What somebody is to become who registers.
 *
 * @throws {Refusal} `attributeRequired`, `attributeMalformed`, `attributeNotYours`, naming the attribute
 */
export function checkRegistration(rules: AttributeRules, given: GivenAttributes): Profile {
  const profile = changeProfile(rules, NOBODY, given)
  for (const name of fieldNames) {
    if (rules.builtIn[name]?.required === true && fieldOf(profile, name) === '') throw required(name)
  }
  for (const [name, attribute] of Object.entries(rules.custom)) {
    if (attribute.required && !Object.hasOwn(profile.extension, name)) throw required(`extension.${name}`)
  }
  return profile
}

/**
 * What a user is who comes from elsewhere. Nothing is required of him, and his operator sets every attribute.
 *
 * @throws {Refusal} `attributeMalformed`, naming the attribute
 */
export function checkImported({ builtIn, custom }: AttributeRules, given: GivenAttributes): Profile {
  const settable = Object.entries(custom).map(
    ([name, attribute]) => [name, { ...attribute, editable: true }] as const,
  )
  const rules = { builtIn, custom: Object.fromEntries(settable) }
  return changeProfile(rules, NOBODY, given)
}

/**
 * A profile with what was given put in; what was not given stays. A value that it has already is taken as it is,
 * so that an app can send back all that it was told.
 *
 * @throws {Refusal} `attributeRequired`, `attributeMalformed`, `attributeNotYours`, naming the attribute
 */
export function changeProfile(rules: AttributeRules, before: Profile, given: GivenAttributes): Profile {
  const fields = new Map(fieldNames.map((name) => [name, changeField(rules, before, given, name)]))
  const userName = fields.get('user_name') ?? ''
  return {
    ...(userName !== '' && { userName }),
    name: fields.get('name') ?? '',
    builtIn: Object.fromEntries(
      attributeNames.flatMap((name) => {
        const value = fields.get(name) ?? ''
        return value === '' ? [] : [[name, value]]
      }),
    ),
    extension: changeExtension(rules, before.extension, given.extension ?? {}),
  }
}

/** @returns the value of a field of a profile; empty when there is none */
export function fieldOf(profile: Profile, name: FieldName): string {
  if (name === 'user_name') return profile.userName ?? ''
  return name === 'name' ? profile.name : (profile.builtIn[name] ?? '')
}

function changeField(
  rules: AttributeRules,
  before: Profile,
  given: GivenAttributes,
  name: FieldName,
): string {
  const kept = fieldOf(before, name)
  const value = given[name]
  if (value === undefined || value === kept) return kept
  const rule = rules.builtIn[name]
  if (value === '') {
    // Whoever has a user name keeps one: it is never empty.
    if (rule?.required === true || name === 'user_name') throw required(name)
    return ''
  }
  const form = formOfField(name, value)
  if (form === undefined || !fits(rule?.pattern, form)) throw malformed(name)
  return form
}

function changeExtension(
  rules: AttributeRules,
  before: UserAttributes['extension'],
  given: Readonly<Record<string, unknown>>,
): UserAttributes['extension'] {
  const after = new Map<string, CustomValue>(Object.entries(before))
  for (const [name, attribute] of Object.entries(rules.custom)) {
    if (!Object.hasOwn(given, name)) continue
    const value = given[name]
    const shown = `extension.${name}`
    if (isEmptyValue(value)) {
      if (!after.has(name)) continue
      if (attribute.required) throw required(shown)
      if (!attribute.editable) throw notYours(shown)
      after.delete(name)
      continue
    }
    const form = formOfCustom(attribute, value)
    if (form !== undefined && JSON.stringify(form) === JSON.stringify(after.get(name))) continue
    if (!attribute.editable) throw notYours(shown)
    const texts = typeof form === 'string' ? [form] : Array.isArray(form) ? form : []
    if (form === undefined || !texts.every((text) => fits(attribute.pattern, String(text)))) {
      throw malformed(shown)
    }
    after.set(name, form)
  }
  return Object.fromEntries(after)
}

function fits(pattern: string | undefined, text: string): boolean {
  return pattern === undefined || compilePattern(pattern)(text)
}

const required = (name: string) => new Refusal(userRefusals.attributeRequired, { values: [name] })
const malformed = (name: string) => new Refusal(userRefusals.attributeMalformed, { values: [name] })
const notYours = (name: string) => new Refusal(userRefusals.attributeNotYours, { values: [name] })
