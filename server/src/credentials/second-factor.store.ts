import { type Db, statement, type Tx, type Values } from '../platform/db/index.ts'

const findAny = statement((db, value: Values<{ userId: string }>) =>
  db
    .selectFrom('passkey')
    .select('user_id')
    .where('user_id', '=', value.userId)
    .unionAll(
      db
        .selectFrom('totp')
        .select('user_id')
        .where('user_id', '=', value.userId)
        .where('confirmed_at', 'is not', null),
    ),
)

/** @returns whether a user has a passkey or a one-time password that he has confirmed */
export async function hasAny(db: Db | Tx, userId: string): Promise<boolean> {
  return (await findAny.first(db, { userId })) !== undefined
}
