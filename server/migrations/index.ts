import type { Migration } from '../src/platform/db/migration.ts'
import { theHouse } from './0001-the-house.ts'
import { theOutsideWorld } from './0002-the-outside-world.ts'
import { unbinding } from './0003-unbinding.ts'
import { keys } from './0004-keys.ts'
import { signInsOfUsers } from './0005-sign-ins-of-users.ts'
import { humanCheck } from './0006-human-check.ts'
import { passwords } from './0007-passwords.ts'
import { userAttributes } from './0008-user-attributes.ts'
import { ownAccount } from './0009-own-account.ts'
import { secondFactor } from './0010-second-factor.ts'
import { oneTimePasswords } from './0011-one-time-passwords.ts'
import { passkeys } from './0012-passkeys.ts'
import { budgetsHeldByTurns } from './0014-budgets-held-by-turns.ts'

/** Every change of the tables, in the order in which they are made. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-the-house': theHouse,
  '0002-the-outside-world': theOutsideWorld,
  '0003-unbinding': unbinding,
  '0004-keys': keys,
  '0005-sign-ins-of-users': signInsOfUsers,
  '0006-human-check': humanCheck,
  '0007-passwords': passwords,
  '0008-user-attributes': userAttributes,
  '0009-own-account': ownAccount,
  '0010-second-factor': secondFactor,
  '0011-one-time-passwords': oneTimePasswords,
  '0012-passkeys': passkeys,
  '0014-budgets-held-by-turns': budgetsHeldByTurns,
}
