import { z } from 'zod'
import {
  type ConnectionDescription,
  findConnectionId,
  hasIdentities,
  hasUnboundIdentities,
  listConnections,
  lockConnection,
  removeConnection,
  saveConnection,
  secondIdentity,
  setConnectionDisabled,
  whenUnbound,
} from '../../connections/index.ts'
import { objectId } from '../../platform/object-id.ts'
import { secretField } from '../../platform/secret-field.ts'
import { hasSignIns } from '../../sign-in/index.ts'
import { hangingOn } from '../hanging-on.ts'
import { nameOf } from '../name-of.ts'
import { defineObjects, type Objection, type Removal, type Store } from '../section.ts'
import { lineOfText } from './text.ts'

const MAX_NAME = 64

const weChatMiniProgram = z.object({
  kind: z.literal('wechat-mini-program').describe('What identity source it is.'),
  applications: z
    .array(nameOf('applications').meta({ title: 'the client_id of an application' }))
    // A set: in which order it is written says nothing.
    .overwrite((clientIds) => [...new Set(clientIds)].toSorted())
    .describe('The applications whose users sign in by it. An application has one connection of a kind.')
    .default([]),
  app_id: z
    .string()
    .regex(/^wx[0-9A-Za-z]{16}$/, { error: 'must be an AppID of WeChat: wx and 16 letters or digits' })
    .describe('The AppID of the mini program.'),
  app_secret: secretField('Its AppSecret.'),
  open_platform: lineOfText(MAX_NAME)
    .nullable()
    .describe(
      'A name for the WeChat Open Platform account that it belongs to, the same for all its mini programs: a person whom one of them knows is then known to the others.',
    )
    .default(null),
  when_unbound: whenUnbound
    .describe(
      'What happens to a person who is bound to nobody: he proves an address of a user who exists (`bind`), of anybody (`bind_or_register`), becomes a user at once (`create`), or is refused (`fail`).',
    )
    .default('bind'),
  second_identity: secondIdentity
    .describe('Whether a user may have two identities of this connection.')
    .default('refuse'),
  requires_own_code: z
    .boolean()
    .describe('Whether a bind takes only a code that was sent with the `X-state-token` of its sign-in.')
    .default(false),
  phone_button: z
    .boolean()
    .describe(
      'Whether the mini program may ask for the person’s number with WeChat’s phone button, which then proves it.',
    )
    .default(false),
  disabled: z.boolean().describe('Nobody signs in by it; its identities stay bound.').default(false),
})

const connectionFields = z.discriminatedUnion('kind', [weChatMiniProgram])

type ConnectionFields = z.output<typeof connectionFields>

export const connections = defineObjects({
  name: 'connections',
  noun: 'connection',
  meaning: 'The identity sources that people sign in by. The name is for you; a connection keeps it.',
  names: lineOfText(MAX_NAME),
  schema: connectionFields,
  async list({ tx, vault }) {
    return new Map((await listConnections(tx, vault)).map((each) => [each.name, inFileForm(each)]))
  },
  check: applicationsWithTwoOfAKind,
  async checkChange({ tx }, name, before, after) {
    const says = await whyNotTheSame(tx, name, before, after)
    return says === undefined ? [] : [{ name, path: ['app_id'], says }]
  },
  async save({ tx, vault, now }, name, fields) {
    const connectionId = (await findConnectionId(tx, name)) ?? objectId(now)
    await saveConnection(
      tx,
      vault,
      {
        id: connectionId,
        kind: fields.kind,
        name,
        appId: fields.app_id,
        appSecret: fields.app_secret,
        openPlatform: fields.open_platform ?? undefined,
        whenUnbound: fields.when_unbound,
        secondIdentity: fields.second_identity,
        requiresOwnCode: fields.requires_own_code,
        hasPhoneButton: fields.phone_button,
        clientIds: fields.applications,
      },
      now,
    )
    await setConnectionDisabled(tx, connectionId, fields.disabled ? now : null)
    return { connectionId }
  },
  remove,
})

function inFileForm(
  connection: ConnectionDescription & { readonly isDisabled: boolean },
): z.input<typeof connectionFields> {
  return {
    kind: connection.kind,
    applications: [...connection.clientIds],
    app_id: connection.appId,
    app_secret: connection.appSecret,
    open_platform: connection.openPlatform ?? null,
    when_unbound: connection.whenUnbound,
    second_identity: connection.secondIdentity,
    requires_own_code: connection.requiresOwnCode,
    phone_button: connection.hasPhoneButton,
    disabled: connection.isDisabled,
  }
}

function applicationsWithTwoOfAKind(objects: ReadonlyMap<string, ConnectionFields>): Objection[] {
  const all = [...objects]
  return all.flatMap(([name, { kind, applications }], index) =>
    all.flatMap(([other, { kind: otherKind, applications: others }], otherIndex) => {
      const both = applications.filter((clientId) => otherIndex !== index && others.includes(clientId))
      return otherKind !== kind
        ? []
        : both.map((clientId) => ({
            name,
            path: ['applications'],
            says: `names ${clientId}, which has the connection ${other} already: an application has one ${kind}`,
          }))
    }),
  )
}

/** A person's id at one mini program means nothing, or somebody else, at another. */
async function whyNotTheSame(
  tx: Store['tx'],
  name: string,
  before: ConnectionFields,
  after: ConnectionFields,
): Promise<string | undefined> {
  if (before.app_id === after.app_id) return undefined
  const connectionId = await findConnectionId(tx, name)
  if (connectionId === undefined || !(await hasIdentities(tx, connectionId))) return undefined
  return `cannot change: people are bound by ${before.app_id}; describe the other mini program as a connection of its own`
}

async function remove({ tx, now }: Store, name: string): Promise<Removal> {
  const connectionId = await findConnectionId(tx, name)
  if (connectionId === undefined) throw new Error(`there is no connection ${name} to remove`)
  await lockConnection(tx, connectionId)
  const hanging = await hangingOn({
    identities: () => hasIdentities(tx, connectionId),
    // Without the mark, an account that its owner has unbound could be adopted again.
    'marks of what was unbound': () => hasUnboundIdentities(tx, connectionId),
    'sign-ins': () => hasSignIns(tx, { connectionId }),
  })
  if (hanging === undefined) {
    await removeConnection(tx, connectionId)
    return { connectionId }
  }
  const isNews = await setConnectionDisabled(tx, connectionId, now)
  return isNews ? { connectionId, hanging } : 'stays disabled'
}
