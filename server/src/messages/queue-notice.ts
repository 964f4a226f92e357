import type { Tx } from '../platform/db/index.ts'
import { type Budget, takeAll } from '../platform/limits/index.ts'
import type { Language } from '../platform/refusal.ts'
import { orderedId } from '../platform/secrets.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type Address, mailboxOf } from '../users/index.ts'
import type { NoticeKind } from './message.ts'
import * as notices from './notice.store.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Of one kind to one number or mailbox. Each kind has its own count: whoever binds and unbinds to use it up does
 * not silence the notice of another change.
 */
const noticeBudget: Budget = {
  name: 'notices to destination',
  grainMs: 1,
  limits: [{ max: 3, perMs: DAY_MS }],
}

export interface NewNotice {
  /** Each is told by a message of its own. */
  readonly to: readonly Address[]
  readonly kind: NoticeKind
  /** Where it happened; absent: nowhere that has a name, for example on the command line. */
  readonly application:
    { readonly clientId: string; readonly name: Readonly<Record<Language, string>> } | undefined
  readonly language: Language
  /** When it happened: milliseconds since the Unix epoch. */
  readonly at: number
}

/**
 * Puts a notice into the outbox, in the transaction of what it tells of: it is sent after that has committed, and
 * never without it.
 *
 * What is over the budget of its destination is kept, but not sent.
 */
export async function queueNotice(tx: Tx, vault: Vault, notice: NewNotice): Promise<void> {
  const { kind, application, language, at } = notice
  for (const address of notice.to) {
    const { channel, value } = address
    const id = orderedId(at)
    const charge = { budget: noticeBudget, key: `${kind} ${channel} ${mailboxOf(address)}` }
    const noRoom = await takeAll(tx, vault, [charge], at)
    await notices.insert(
      tx,
      {
        id,
        messageId: id,
        kind,
        language,
        clientId: application?.clientId ?? '',
        applicationName: application?.name ?? { zh: '', en: '' },
        channel,
        addressSealed: vault.seal(notices.sealContext(id), value),
        at,
      },
      noRoom && { result: 'dropped', because: `no room in the budget "${noRoom.budgetName}"` },
    )
  }
}
