import { z } from 'zod'
import {
  accessRule,
  type Application,
  idTokenSubject,
  listApplications,
  lockApplication,
  removeApplication,
  saveApplication,
  setApplicationDisabled,
} from '../../applications/index.ts'
import { switchConnectionsOffFor } from '../../connections/index.ts'
import { duration, printDuration } from '../../platform/text-forms/duration.ts'
import { hasSessions } from '../../sessions/index.ts'
import { hasSignIns } from '../../sign-in/index.ts'
import { signingAlgorithm } from '../../tokens/index.ts'
import { hasVerifications } from '../../verifications/index.ts'
import { hangingOn } from '../hanging-on.ts'
import { defineObjects, type Removal, type Store } from '../section.ts'
import { lineOfText } from './text.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const DAY_MS = 24 * 60 * MINUTE_MS
const MAX_NAME = 100

const text = lineOfText(MAX_NAME)

/** One text for both languages, or one for each. */
const nameField = z.codec(
  z.union([text, z.object({ zh: text.optional(), en: text.optional() })]),
  z.object({ zh: text, en: text }),
  {
    decode(name, context) {
      const { zh, en } = typeof name === 'string' ? { zh: name, en: name } : name
      const either = zh ?? en
      if (either !== undefined) return { zh: zh ?? either, en: en ?? either }
      context.issues.push({ code: 'custom', message: 'must have zh, en or both', input: name })
      return z.NEVER
    },
    encode: (name) => name,
  },
)

const NOT_AN_ORIGIN =
  'must be an origin: https:// or http://, a host and perhaps a port, and nothing after it, such as https://shop.example.com'

const originField = z
  .string({ error: NOT_AN_ORIGIN })
  .refine((origin) => /^https?:/.test(origin) && URL.parse(origin)?.origin === origin, {
    error: NOT_AN_ORIGIN,
  })
  .meta({ title: 'an origin' })

function durationBetween(atLeastMs: number, atMostMs: number) {
  return duration.refine((durationMs) => durationMs >= atLeastMs && durationMs <= atMostMs, {
    error: `must be between ${printDuration(atLeastMs)} and ${printDuration(atMostMs)}`,
  })
}

const applicationFields = z.object({
  name: nameField.describe('How messages call it: one text, or one for each language as { zh: …, en: … }.'),
  id_token: z
    .object({
      algorithm: signingAlgorithm
        .describe('What its id_tokens are signed with. Old clients know RS256 only.')
        .default('RS256'),
      subject: idTokenSubject
        .describe('What `sub` holds. A user id is never given to anybody else; a user name can be.')
        .default('user_id'),
      lifetime: durationBetween(MINUTE_MS, DAY_MS)
        .describe('How long an id_token is good.')
        .default(5 * MINUTE_MS),
    })
    .prefault({}),
  session: z
    .object({
      lifetime: durationBetween(MINUTE_MS, 366 * DAY_MS)
        .describe('How long a session lasts.')
        .default(5 * DAY_MS),
      renewed: z
        .boolean()
        .describe('Whether a refresh gives a new session token with a full life.')
        .default(false),
    })
    .prefault({}),
  origins: z
    .array(originField)
    .max(100)
    .describe('Web origins whose pages may call the API for this application.')
    .default([]),
  access_rules: z
    .array(accessRule)
    .max(50)
    .describe('Who may come in how: the first rule that counts decides, after those of the section `access`.')
    .default([]),
  disabled: z.boolean().describe('Shuts it out, with all who use it.').default(false),
})

export const applications = defineObjects({
  name: 'applications',
  noun: 'application',
  meaning: 'The applications that rely on this server. The name is the `client_id` that clients send.',
  names: z.string().regex(/^[A-Za-z0-9]{32}$/, {
    error: 'must be a client_id: 32 letters and digits, as "openssl rand -hex 16" prints them',
  }),
  schema: applicationFields,
  async list({ tx }) {
    return new Map((await listApplications(tx)).map((each) => [each.clientId, inFileForm(each)]))
  },
  async save({ tx, now }, clientId, fields) {
    const { name, id_token, session, origins, access_rules: accessRules } = fields
    await saveApplication(
      tx,
      {
        clientId,
        name,
        idToken: {
          algorithm: id_token.algorithm,
          subject: id_token.subject,
          lifetimeSeconds: id_token.lifetime / SECOND_MS,
        },
        session: { lifetimeSeconds: session.lifetime / SECOND_MS, isRenewed: session.renewed },
        origins,
        accessRules,
      },
      now,
    )
    await setApplicationDisabled(tx, clientId, fields.disabled ? now : null)
    return { clientId }
  },
  remove,
})

function inFileForm(
  application: Application & { readonly isDisabled: boolean },
): z.input<typeof applicationFields> {
  const { name, idToken, session, origins, accessRules, isDisabled } = application
  return z.encode(applicationFields, {
    name: { ...name },
    id_token: {
      algorithm: idToken.algorithm,
      subject: idToken.subject,
      lifetime: idToken.lifetimeSeconds * SECOND_MS,
    },
    session: { lifetime: session.lifetimeSeconds * SECOND_MS, renewed: session.isRenewed },
    origins: [...origins],
    access_rules: [...accessRules],
    disabled: isDisabled,
  })
}

/** Its connections are switched off for it; what its users have left behind keeps it in place, disabled. */
async function remove({ tx, now }: Store, clientId: string): Promise<Removal> {
  await lockApplication(tx, clientId)
  const hanging = await hangingOn({
    sessions: () => hasSessions(tx, clientId),
    'sign-ins': () => hasSignIns(tx, { clientId }),
    'verification codes': () => hasVerifications(tx, clientId),
  })
  if (hanging === undefined) {
    await switchConnectionsOffFor(tx, clientId)
    await removeApplication(tx, clientId)
    return { clientId }
  }
  const isNews = await setApplicationDisabled(tx, clientId, now)
  return isNews ? { clientId, hanging } : 'stays disabled'
}
