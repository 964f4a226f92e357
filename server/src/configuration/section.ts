import { z } from 'zod'
import type { AuditEvent } from '../audit/index.ts'
import type { Tx } from '../platform/db/index.ts'
import { type Policy, readSetFields, savePolicy } from '../platform/policy/index.ts'
import type { Vault } from '../platform/vault/vault.ts'

/** What a section reads from and writes to: the transaction of one `apply`. */
export interface Store {
  readonly tx: Tx
  readonly vault: Vault
  /** Milliseconds since the Unix epoch. */
  readonly now: number
}

/** By what the audit finds a changed object again. */
export type AuditReference = Pick<AuditEvent, 'clientId' | 'connectionId' | 'address'>

/** What came of a removal. */
export type Removal =
  | (AuditReference & {
      /** How the object is called, where its name may not be shown. */
      readonly shown?: string
      /** What hangs on it, for example `sessions`: it is disabled and stays. Absent: it is gone. */
      readonly hanging?: string
    })
  /** Nothing to do: it was disabled before, and cannot go yet. */
  | 'stays disabled'

/** Something that stands against an object as it would be. */
export interface Objection {
  readonly name: string
  readonly path: readonly PropertyKey[]
  readonly says: string
}

/**
 * One section of the file. Objects are handed around in file form: the names, spellings and units that the
 * schema reads, every value that is stored among them.
 */
export interface Section {
  /** Its key in the file. */
  readonly name: string
  readonly meaning: string
  /** `objects`: a map of names to objects. `fields`: one object, whose unset fields are the defaults. */
  readonly form: 'objects' | 'fields'
  /** What one object is called in a sentence. */
  readonly noun: string
  /** What a name has to look like; its output is the one spelling of it. */
  readonly names: z.ZodType<string, string>
  /** An object with everything that it needs. A file may leave out what is stored, or has a default. */
  readonly schema: z.ZodType
  /** The order of the objects means something: it is that of the file, and after it come those not named there. */
  readonly isOrdered: boolean
  /** Names and values are private: neither is shown in a sentence, names are masked. */
  readonly isPrivate: boolean
  /** A name as it may be shown. */
  show(name: string): Promise<string>
  /**
   * @param named names that the file has, for sections that cannot tell a name from what is stored
   * @returns what is stored, by name, in its order
   */
  list(store: Store, named: readonly string[]): Promise<ReadonlyMap<string, unknown>>
  /** What stands against the objects together, as they would be. */
  check(objects: ReadonlyMap<string, unknown>): readonly Objection[]
  /** What stands against this change of an object that is stored. */
  checkChange(store: Store, name: string, before: unknown, after: unknown): Promise<readonly Objection[]>
  /**
   * Writes an object that its schema has accepted.
   *
   * @param rank its place in the order, from 0
   */
  save(store: Store, name: string, object: unknown, rank: number): Promise<AuditReference>
  remove(store: Store, name: string): Promise<Removal>
}

interface SavedAs<Schema extends z.ZodType> {
  /** In file form, without the defaults of what is not set. */
  readonly written: z.input<Schema>
  /** Its place in the order, from 0. */
  readonly rank: number
}

/** A section of named objects, as a room's part of the configuration defines it. */
interface ObjectsDefinition<Schema extends z.ZodType> {
  readonly name: string
  readonly noun: string
  readonly meaning: string
  readonly names: z.ZodType<string, string>
  readonly schema: Schema
  readonly isOrdered?: true
  readonly isPrivate?: true
  show?(name: string): Promise<string>
  list(store: Store, named: readonly string[]): Promise<ReadonlyMap<string, z.input<Schema>>>
  check?(objects: ReadonlyMap<string, z.output<Schema>>): readonly Objection[]
  checkChange?(
    store: Store,
    name: string,
    before: z.output<Schema>,
    after: z.output<Schema>,
  ): Promise<readonly Objection[]>
  save(store: Store, name: string, object: z.output<Schema>, as: SavedAs<Schema>): Promise<AuditReference>
  remove(store: Store, name: string): Promise<Removal>
}

export function defineObjects<Schema extends z.ZodType>(definition: ObjectsDefinition<Schema>): Section {
  const { schema } = definition
  return {
    form: 'objects',
    isOrdered: false,
    isPrivate: false,
    show: async (name) => name,
    ...definition,
    check(objects) {
      const parsed = [...objects].flatMap(([name, fields]) => {
        const { success, data } = schema.safeParse(fields)
        return success ? [[name, data] as const] : []
      })
      return definition.check?.(new Map(parsed)) ?? []
    },
    checkChange: async (store, name, before, after) =>
      definition.checkChange?.(store, name, schema.parse(before), schema.parse(after)) ?? [],
    save: (store, name, fields, rank) =>
      // The schema has accepted it, as what it reads.
      definition.save(store, name, schema.parse(fields), { written: fields as z.input<Schema>, rank }),
  }
}

/** A section that sets the fields of a policy. */
export function sectionOfPolicy(policy: Policy, meaning: string): Section {
  return {
    name: policy.name,
    meaning,
    form: 'fields',
    noun: policy.name,
    names: z.string(),
    schema: policy.schema,
    isOrdered: false,
    isPrivate: false,
    show: async () => policy.name,
    list: async ({ tx }) => new Map([['', await readSetFields(tx, policy)]]),
    check: () => [],
    checkChange: async () => [],
    async save({ tx }, _name, fields) {
      await savePolicy(tx, policy, setFields.parse(fields))
      return {}
    },
    // Its fields go one by one; what is left is the defaults.
    remove: async () => ({}),
  }
}

const setFields = z.record(z.string(), z.unknown())
