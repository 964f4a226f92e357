import { auditKeyedColumns } from './audit/index.ts'
import { accessTokenSealedColumns, connectionSealedColumns } from './connections/index.ts'
import { humanCheckKeyedColumns } from './human-check/index.ts'
import {
  passkeySealedColumns,
  passwordHistorySealedColumns,
  passwordKeyedColumns,
  passwordSealedColumns,
  recoveryCodeSealedColumns,
  totpSealedColumns,
} from './credentials/index.ts'
import { messageKeyedColumns, messageSealedColumns, noticeSealedColumns } from './messages/index.ts'
import { budgetKeyedColumns } from './platform/limits/index.ts'
import type { KeyedColumn } from './platform/vault/keyed-column.ts'
import type { SealedColumn } from './platform/vault/sealed-column.ts'
import { tokenSealedColumns } from './tokens/index.ts'
import { userAttributeSealedColumns, userKeyedColumns, userSealedColumns } from './users/index.ts'
import { verificationKeyedColumns, verificationSealedColumns } from './verifications/index.ts'

/** Every column that is sealed under a data key. */
export const sealedColumns: readonly SealedColumn[] = [
  ...tokenSealedColumns,
  ...userSealedColumns,
  ...userAttributeSealedColumns,
  ...messageSealedColumns,
  ...noticeSealedColumns,
  ...verificationSealedColumns,
  ...connectionSealedColumns,
  ...accessTokenSealedColumns,
  ...passwordSealedColumns,
  ...passwordHistorySealedColumns,
  ...totpSealedColumns,
  ...recoveryCodeSealedColumns,
  ...passkeySealedColumns,
]

/** Every column that hangs on the master key itself. */
export const keyedColumns: readonly KeyedColumn[] = [
  ...budgetKeyedColumns,
  ...auditKeyedColumns,
  ...userKeyedColumns,
  ...messageKeyedColumns,
  ...humanCheckKeyedColumns,
  ...verificationKeyedColumns,
  ...passwordKeyedColumns,
]
