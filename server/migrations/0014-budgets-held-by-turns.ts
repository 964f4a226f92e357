import type { Migration } from '../src/platform/db/migration.ts'

/** A budget is held by taking turns and no longer by writing its row, so nothing needs to be written. */
export const budgetsHeldByTurns: Migration = {
  async up({ schema }) {
    await schema.alterTable('budget').dropColumn('touches').execute()
  },
}
