import { gatewayDescription, listGateways, removeGateway, saveGateway } from '../../messages/index.ts'
import { defineObjects } from '../section.ts'
import { lineOfText } from './text.ts'

const MAX_NAME = 64

export const gateways = defineObjects({
  name: 'gateways',
  noun: 'gateway',
  meaning:
    'What carries text messages and emails. Several that can carry a message are tried in the order of the file: the next one when the last has certainly not sent it.',
  names: lineOfText(MAX_NAME),
  schema: gatewayDescription,
  isOrdered: true,
  async list({ tx, vault }) {
    // One that cannot be read is there, and whatever the file says of it replaces it.
    const stored = await listGateways(tx, vault)
    return new Map(stored.map(({ name, description }) => [name, description ?? {}]))
  },
  async save({ tx, vault }, name, _description, { written, rank }) {
    await saveGateway(tx, vault, name, written, rank)
    return {}
  },
  async remove({ tx }, name) {
    await removeGateway(tx, name)
    return {}
  },
})
