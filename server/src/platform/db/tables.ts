/**
 * Every table, by name. Each store adds its own with
 * `declare module '../platform/db/tables.ts' { interface Tables { … } }`, so that the shape of a table
 * stands beside the only queries on it.
 */
// An interface and not a type, because only an interface can be added to.
export interface Tables {
  /** Facts about this deployment, such as whether it is for development. */
  readonly deployment: { name: string; value: string }
}
